// Bundles the scripts and the styles of a report: node build.mjs OUTPUT-FOLDER
import { readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2];
if (!output) {
  throw new Error('build.mjs: name the output folder');
}

for (const [source, file, banner] of [
  ['scripts/report.js', 'report.js', { js: readFileSync(join(here, 'notices.txt'), 'utf8').trimEnd() }],
  ['styles/report.css', 'report.css', {}],
]) {
  const made = join(output, `${file}.new`);
  await build({
    entryPoints: [join(here, source)],
    outfile: made,
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome100', 'firefox100', 'safari15'],
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
    banner,
  });
  renameSync(made, join(output, file));
}
