using BenchmarkDotNet.Running;
using Freehold.Kernels.Bench;

// quick [types] [row counts] [isa] [threads] [bits] [outputs]: the products' speed in seconds, weights as stored and packed.
// Anything else goes to BenchmarkDotNet: --filter '*Products*' --list flat ... ; results as JSON and Markdown in artifacts/bench.
if (args is ["quick", .. var rest])
    QuickLook.Run(rest);
else
    BenchmarkSwitcher.FromAssembly(typeof(QuickLook).Assembly).Run(args, new KernelConfig());
