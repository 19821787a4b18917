using System.Globalization;
using System.Text;

namespace Freehold.Inventory;

/// <summary>Writes THIRD-PARTY-NOTICES: what of others is inside, under which licence, with the texts that must be given along.</summary>
internal static class Notices
{
    private const string Rule = "--------------------------------------------------------------------------------\n";

    private const string Mit = """
        Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal
        in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
        copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

        The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

        THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
        FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
        IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

        """;

    private const string Bsd2 = """
        Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:

        1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.

        2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or
           other materials provided with the distribution.

        THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
        WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY
        DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF
        USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING
        NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.

        """;

    /// <summary>Writes it.</summary>
    /// <exception cref="InventoryException">A package's licence has no text, neither in the package nor here.</exception>
    public static string Write(IReadOnlyList<Package> packages, IReadOnlyList<EmbeddedModel> models)
    {
        var text = new StringBuilder("Freehold is licensed under Apache-2.0. It contains the following works of others.\n\n");
        foreach (var package in packages)
            text.Append(CultureInfo.InvariantCulture, $"{package.Name} {package.Version}: {package.Licence}, {package.Copyright}{(package.Address is null ? "" : $", {package.Address}")}\n");
        foreach (var model in models)
            text.Append(CultureInfo.InvariantCulture, $"{model.File} (model, beside the program or bundled): {model.Licence}, {model.Source}\n");
        foreach (var package in packages)
        {
            foreach (var (file, content) in package.Texts)
                text.Append('\n').Append(Rule).Append(CultureInfo.InvariantCulture, $"{package.Name} {package.Version}, {file}\n").Append(Rule).Append('\n').Append(content.TrimEnd()).Append('\n');
            if (package.Texts.Any(t => t.File.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase)))
                continue;
            text.Append('\n').Append(Rule).Append(CultureInfo.InvariantCulture, $"{package.Name} {package.Version}, {package.Licence}\n").Append(Rule).Append('\n').Append(TextOf(package));
        }
        return text.ToString();
    }

    private static string TextOf(Package package) => package.Licence switch
    {
        "MIT" => $"The MIT License\n\nCopyright {package.Copyright}\n\n{Mit}",
        "BSD-2-Clause" => $"BSD 2-Clause License\n\nCopyright {package.Copyright}\n\n{Bsd2}",
        // Its text is this project's own LICENSE, which every release carries.
        "Apache-2.0" => $"Copyright {package.Copyright}\n\nThe text of the Apache License 2.0 is in the file LICENSE.\n",
        _ => throw new InventoryException($"{package.Name} {package.Version} is under {package.Licence} and brings no text of it; add the text to Freehold.Inventory"),
    };
}
