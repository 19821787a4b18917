using System.Diagnostics;
using System.Globalization;
using Freehold.Kernels;
using Freehold.Kernels.Check;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Machine;

// kernel-check [quick] [bits [ISA...]]: what this CPU can run, whether its code gives the scalar oracle's bits, and how fast it is. "bits" leaves speeds out, and compares only the instruction sets that are
// named, all if none is. Exits with 1 where bits differ or a named instruction set is not here, with 2 for other words.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var clock = Stopwatch.StartNew();
var quick = args.Contains("quick");
var onlyBits = args.Contains("bits");
var named = new List<InstructionSet>();
foreach (var word in args.Except(["quick", "bits"]))
{
    if (!onlyBits || !Enum.TryParse<InstructionSet>(word, ignoreCase: true, out var isa))
    {
        Console.Error.WriteLine($"kernel-check: '{word}' is not known here; usage: kernel-check [quick] [bits [{string.Join("|", Enum.GetNames<InstructionSet>())} ...]]");
        return 2;
    }
    named.Add(isa);
}
var machine = MachineProfile.Detect();
var features = machine.Features;
var tiles = InstructionSets.Amx;
Console.WriteLine($"cpu      {machine.Processor}; {machine.Budget.Allowed} cpus, {machine.Budget.Cores} cores, L2 {machine.Level2Bytes / 1024} KiB, L3 {machine.Level3Bytes / 1024} KiB");
Console.WriteLine($"managed  {string.Join(", ", machine.InstructionSets)}");
Console.WriteLine($"features avx512_vnni {features.Avx512Vnni}, avx512_vbmi {features.Avx512Vbmi}, amx_tile {features.AmxTile}, amx_int8 {features.AmxInt8}; code at run time {ExecutableCode.IsAvailable}");
Console.WriteLine($"tiles    {(tiles.IsOn ? "on" : "off")}: {tiles.Why}");

Assembled.Print();

var passed = Correctness.Print(named);
var most = Math.Min(2, machine.Budget.Cores);
if (onlyBits)
{
    if (tiles.IsOn)
    {
        passed &= Tiles.SameBits();
        passed &= Tiles.Survive(most, times: 300);
    }
    return End();
}
if (InstructionSets.IsSupported(InstructionSet.Avx512Vnni))
{
    for (var threads = 1; threads <= most; threads++)
    {
        var peak = Peaks.DotProducts(threads);
        Console.WriteLine($"speed    {threads} threads: vpdpbusd peak {peak / 1e12:F3} TOPS");
        PanelSpeed.Print(threads, peak, quick);
        PackedSpeed.Print(threads, Peaks.ReadBandwidth(threads), peak, quick);
    }
    for (var threads = 1; threads <= most; threads++)
        LossySpeed.Print(threads, quick);
    PanelSpeed.PrintStretches(Peaks.DotProducts(1));
}
else
{
    Console.WriteLine("speed    no AVX-512 VNNI here: nothing generated was run");
    if (!quick)
        PanelSpeed.Print(1, double.NaN, quick);
}
Choices.Print(most);
if (tiles.IsOn)
{
    passed &= Tiles.SameBits();
    for (var threads = 1; threads <= most; threads++)
        Tiles.PrintSpeed(threads);
    passed &= Tiles.Survive(most, times: 3000);
}
return End();

int End()
{
    Console.WriteLine($"{(passed ? "PASS" : "FAIL")}     in {clock.Elapsed.TotalSeconds:F0} s");
    return passed ? 0 : 1;
}
