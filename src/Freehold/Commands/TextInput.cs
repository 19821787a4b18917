using System.CommandLine;
using System.Text;

namespace Freehold.Commands;

/// <summary>Text that a command takes from its arguments or from a file.</summary>
internal static class TextInput
{
    /// <summary>A file's whole text, a byte order mark included; invalid UTF-8 becomes U+FFFD. "-" is standard input.</summary>
    /// <exception cref="CommandException">There is no such file (3).</exception>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (path == "-")
        {
            using var memory = new MemoryStream();
            await using var input = Console.OpenStandardInput();
            await input.CopyToAsync(memory, cancellationToken);
            return Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
        }
        if (!File.Exists(path))
            throw CommandException.NotFound($"there is no file {System.IO.Path.GetFullPath(path)}");
        return Encoding.UTF8.GetString(await File.ReadAllBytesAsync(path, cancellationToken));
    }

    /// <summary>Exactly one of a text and a file.</summary>
    public static async Task<string> OneOfAsync(string? text, string? file, string textName, CancellationToken cancellationToken) =>
        (text, file) switch
        {
            (null, null) => throw CommandException.Usage($"give {textName}, or --file"),
            (not null, not null) => throw CommandException.Usage($"{textName} and --file exclude each other; give one"),
            (not null, _) => text,
            _ => await ReadAsync(file!, cancellationToken),
        };

    public static Option<string?> FileOption(string description) => new("--file") { Description = description, HelpName = "F" };

    public static Option<bool> Special() => new("--special") { Description = "Names of control tokens in the text become their ids." };

    public static Option<bool> NoBos() => new("--no-bos") { Description = "Add no tokens around the text (no BOS, EOS, CLS, SEP)." };

    public static Argument<string> Model() => new("MODEL") { Description = "A path, or a catalogue name." };
}
