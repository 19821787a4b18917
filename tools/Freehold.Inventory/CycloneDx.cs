using System.Security.Cryptography;
using System.Text.Json;

namespace Freehold.Inventory;

/// <summary>Writes the bill of materials as CycloneDX 1.6 (ECMA-424). No date and no random number: the same program gives the same document.</summary>
internal static class CycloneDx
{
    private const string Root = "freehold";

    /// <summary>Writes it.</summary>
    public static byte[] Write(string version, string program, IReadOnlyList<Package> packages, IReadOnlyList<EmbeddedModel> models)
    {
        byte[] digest;
        using (var file = File.OpenRead(program))
            digest = SHA256.HashData(file);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
            json.WriteString("bomFormat", "CycloneDX");
            json.WriteString("specVersion", "1.6");
            json.WriteString("serialNumber", $"urn:uuid:{Uuid(digest)}");
            json.WriteNumber("version", 1);
            json.WriteStartObject("metadata");
            json.WriteStartObject("component");
            Head(json, "application", Root, Root, version);
            json.WriteString("purl", $"pkg:generic/{Root}@{version}");
            Licence(json, "Apache-2.0");
            Hash(json, "SHA-256", Convert.ToHexStringLower(digest));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("components");
            foreach (var package in packages)
                Write(json, package);
            foreach (var model in models)
                Write(json, model);
            json.WriteEndArray();
            Dependencies(json, packages, models);
            json.WriteEndObject();
        }
        return [.. buffer.ToArray(), (byte)'\n'];
    }

    private static void Write(Utf8JsonWriter json, Package package)
    {
        json.WriteStartObject();
        Head(json, "library", package.Purl, package.Name, package.Version);
        json.WriteString("purl", package.Purl);
        json.WriteString("copyright", package.Copyright);
        Licence(json, package.Licence);
        Hash(json, "SHA-512", package.Sha512);
        if (package.Address is { } address)
            Reference(json, address);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, EmbeddedModel model)
    {
        json.WriteStartObject();
        Head(json, "machine-learning-model", model.File, model.File, null);
        Licence(json, model.Licence);
        Hash(json, "SHA-256", model.Sha256);
        Reference(json, model.Source);
        json.WriteEndObject();
    }

    private static void Head(Utf8JsonWriter json, string type, string reference, string name, string? version)
    {
        json.WriteString("type", type);
        json.WriteString("bom-ref", reference);
        json.WriteString("name", name);
        if (version is not null)
            json.WriteString("version", version);
    }

    private static void Licence(Utf8JsonWriter json, string expression)
    {
        json.WriteStartArray("licenses");
        json.WriteStartObject();
        json.WriteString("expression", expression);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Hash(Utf8JsonWriter json, string algorithm, string content)
    {
        json.WriteStartArray("hashes");
        json.WriteStartObject();
        json.WriteString("alg", algorithm);
        json.WriteString("content", content);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Reference(Utf8JsonWriter json, string address)
    {
        json.WriteStartArray("externalReferences");
        json.WriteStartObject();
        json.WriteString("type", "website");
        json.WriteString("url", address);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Dependencies(Utf8JsonWriter json, IReadOnlyList<Package> packages, IReadOnlyList<EmbeddedModel> models)
    {
        var byName = packages.ToDictionary(p => p.Name, p => p.Purl, StringComparer.OrdinalIgnoreCase);
        json.WriteStartArray("dependencies");
        Dependency(json, Root, [.. packages.Select(p => p.Purl), .. models.Select(m => m.File)]);
        foreach (var package in packages)
            Dependency(json, package.Purl, package.Needs.Where(byName.ContainsKey).Select(n => byName[n]));
        json.WriteEndArray();
    }

    private static void Dependency(Utf8JsonWriter json, string reference, IEnumerable<string> on)
    {
        json.WriteStartObject();
        json.WriteString("ref", reference);
        json.WriteStartArray("dependsOn");
        foreach (var other in on)
            json.WriteStringValue(other);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A UUID of the program's hash (RFC 9562, version 8).</summary>
    private static Guid Uuid(byte[] digest)
    {
        var bytes = digest[..16];
        bytes[6] = (byte)(0x80 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new Guid(bytes, bigEndian: true);
    }
}
