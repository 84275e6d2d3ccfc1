namespace Trunkline.Core.Lacp;

/// <summary>What the transmit machine does.</summary>
public enum TransmitAction
{
    /// <summary>Nothing is to be sent.</summary>
    Nothing,

    /// <summary>Nothing may be sent: NTT is set to FALSE.</summary>
    Forget,

    /// <summary>A LACPDU is sent, of the states of now.</summary>
    Send,

    /// <summary>The limit is reached: later.</summary>
    Wait,
}

/// <summary>When to send a LACPDU: Transmit machine, IEEE 802.1AX-2014 §6.4.16; at most three in a second.</summary>
public static class TransmitMachine
{
    /// <summary>What to do.</summary>
    /// <param name="needToTransmit">NTT.</param>
    /// <param name="periodic">Where nothing is periodic, nothing is sent.</param>
    /// <param name="isWindowOpen">Fewer than <see cref="LacpTimes.LacpdusPerWindow"/> were sent within the window.</param>
    public static TransmitAction Next(bool needToTransmit, PeriodicState periodic, bool isWindowOpen) => (needToTransmit, periodic) switch
    {
        (false, _) => TransmitAction.Nothing,
        (true, PeriodicState.NoPeriodic) => TransmitAction.Forget,
        _ => isWindowOpen ? TransmitAction.Send : TransmitAction.Wait,
    };
}
