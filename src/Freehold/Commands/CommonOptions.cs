using System.CommandLine;
using System.CommandLine.Parsing;
using Freehold.Kernels;
using Freehold.Kernels.Products;

namespace Freehold.Commands;

/// <summary>Options that several commands share. Each command takes its own set; <see cref="Debug"/> works everywhere.</summary>
internal static class CommonOptions
{
    public static Option<bool> Debug { get; } = new("--debug") { Description = "Show stack traces of errors.", Recursive = true };

    public static Option<bool> Json() => new("--json") { Description = "Write one JSON document to standard output; everything else goes to standard error." };

    public static Option<int?> Threads() => Bounded("--threads", "Worker threads; as many as this process may use unless given (also FREEHOLD_THREADS).", 1, 1024);

    public static Option<int?> Context() => Bounded("--context", "Tokens a conversation may have, prompt and answer together.", 1, int.MaxValue);

    public static Option<int?> MaxStreams() => Bounded("--max-streams", "Answers that may be generated at a time.", 1, 4096);

    public static Option<int?> Activations()
    {
        var option = new Option<int?>("--activations") { Description = "Bits of activations: 16 (15 bits, close to exact) or 8 (faster); by the model's size unless given." };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.Tokens[0].Value is not ("16" or "8"))
                result.AddError($"--activations is '{result.Tokens[0].Value}'; it must be 16 or 8.");
        });
        return option;
    }

    public static Option<long?> KvMemory() => new("--kv-memory")
    {
        Description = "Memory for keys and values, such as 512M or 2G.",
        CustomParser = result =>
        {
            if (ByteCount.TryParse(result.Tokens[0].Value, out var bytes))
                return bytes;
            result.AddError($"--kv-memory is '{result.Tokens[0].Value}'; write a size such as 512M or 2G.");
            return null;
        },
    };

    public static Option<string[]> Models() => new("--models") { Description = "A folder of model files to use as they are; may be given more than once (also FREEHOLD_MODELS).", Arity = ArgumentArity.OneOrMore };

    /// <summary>A whole number inside its bounds.</summary>
    public static Option<int?> Bounded(string name, string description, int minimum, int maximum)
    {
        var option = new Option<int?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && (value < minimum || value > maximum))
                result.AddError(maximum == int.MaxValue ? $"{name} is {value}; it must be at least {minimum}." : $"{name} is {value}; it must be from {minimum} to {maximum}.");
        });
        return option;
    }

    /// <summary>The kernels' options: the environment's, with what the command line says on top.</summary>
    /// <exception cref="CommandException">A variable of the environment makes no sense (2).</exception>
    public static ComputeOptions ComputeOf(int? threads)
    {
        try
        {
            var options = ComputeOptions.FromEnvironment();
            return threads is null ? options : options with { Threads = threads };
        }
        catch (ArgumentException e)
        {
            throw CommandException.Usage(e.Message);
        }
    }

    /// <summary>The activations asked for, or null for the model's own rule.</summary>
    public static ActivationBits? ActivationsOf(int? bits) => bits is null ? null : (ActivationBits)bits;
}
