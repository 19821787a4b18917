using System.Diagnostics;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Check;

/// <summary>What assembling costs when a kernel is first used.</summary>
internal static class Assembled
{
    internal static void Print()
    {
        foreach (var what in new[] { "first", "again" })
        {
            var clock = Stopwatch.StartNew();
            var panel = VnniPanel.Routines(new PanelShape(true, false, false, 128)).Sum(code => code.Length);
            var (panelTime, packed) = (clock.Elapsed, VnniPacked.Code(VnniPackedKernel.ShapeOf(TensorType.Q4_K)!.Value, panels: 4, rows: 1).Length);
            var (packedTime, tile) = (clock.Elapsed, TilePanel.Routines(new TileShape(false)).Sum(code => code.Length));
            Console.WriteLine(
                $"assemble {what}: panel {panel} bytes in {panelTime.TotalMilliseconds:F1} ms, packed {packed} bytes in {(packedTime - panelTime).TotalMilliseconds:F1} ms, "
                + $"tiles {tile} bytes in {(clock.Elapsed - packedTime).TotalMilliseconds:F1} ms");
        }
    }
}
