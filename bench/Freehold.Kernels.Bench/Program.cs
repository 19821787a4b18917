using BenchmarkDotNet.Running;
using Freehold.Kernels.Bench;

// quick [types, w8, w4] [row counts] [isa] [threads] [bits] [outputs] [most rows by panels as they lie]: the products' speed in seconds, weights as stored and packed.
// Anything else goes to BenchmarkDotNet: --filter '*Products*' --list flat ... ; results as JSON and Markdown in artifacts/bench.
if (args is ["quick", .. var rest])
    QuickLook.Run(rest);
else
    BenchmarkSwitcher.FromAssembly(typeof(QuickLook).Assembly).Run(args, new KernelConfig());
