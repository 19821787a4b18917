using Freehold.Kernels;
using Freehold.Kernels.Bench;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;

// Freehold.Kernels.Bench [types, comma-separated] [row counts] [isa] [threads] [bits] [outputs]: the products' speed in a few seconds, weights as stored and packed.
var types = args.Length > 0 && args[0] != "all"
    ? args[0].Split(',').Select(Enum.Parse<TensorType>).ToArray()
    : Enum.GetValues<TensorType>().Where(type => !BlockFormat.Of(type).IsFloat).ToArray();
var rows = args.Length > 1 ? args[1].Split(',').Select(int.Parse).ToArray() : [1, 8, 512];
var sets = args.Length > 2 && args[2] != "all" ? args[2].Split(',').Select(name => Enum.Parse<InstructionSet>(name, true)).ToArray()
    : [.. InstructionSets.Supported.Where(isa => isa != InstructionSet.Scalar)];
var threads = args.Length > 3 ? int.Parse(args[3]) : Environment.ProcessorCount;
var bits = args.Length > 4 ? args[4].Split(',').Select(b => (ActivationBits)int.Parse(b)).ToArray() : [ActivationBits.Eight, ActivationBits.Sixteen];
// Fewer outputs than 8,192 stay in the cache.
var outputs = args.Length > 5 ? int.Parse(args[5]) : 8192;
foreach (var isa in sets)
{
    using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
    foreach (var type in types)
        foreach (var b in bits)
            foreach (var packed in new[] { false, true })
                ProductSpeed.Print(compute, type, b, rows, outputs, packed);
}
