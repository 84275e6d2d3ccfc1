using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Trunkline.Architecture.Tests;

/// <summary>What a built assembly uses of others, read from its metadata without loading it.</summary>
internal sealed record AssemblyUse(string[] Assemblies, string[] Names)
{
    /// <summary>Reads an assembly.</summary>
    /// <returns>The assemblies it references, and the types (<c>System.IO.File</c>) and members (<c>System.IO.File.Exists</c>) it uses.</returns>
    public static AssemblyUse Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        string[] assemblies =
        [
            .. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)),
        ];
        IEnumerable<string> types = metadata.TypeReferences.Select(handle => FullName(metadata, handle));
        IEnumerable<string> members =
            from handle in metadata.MemberReferences
            let member = metadata.GetMemberReference(handle)
            where member.Parent.Kind == HandleKind.TypeReference
            select $"{FullName(metadata, (TypeReferenceHandle)member.Parent)}.{metadata.GetString(member.Name)}";
        return new AssemblyUse(assemblies, [.. types.Concat(members).Distinct().Order(StringComparer.Ordinal)]);
    }

    /// <summary>Of the names used, those that are one of these or lie below one.</summary>
    public IEnumerable<string> Among(IReadOnlyCollection<string> forbidden) => Names.Where(name => forbidden.Any(f =>
        name.StartsWith(f, StringComparison.Ordinal) && (name.Length == f.Length || name[f.Length] is '.' or '+')));

    private static string FullName(MetadataReader metadata, TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        string name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{FullName(metadata, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
