using Freehold.Inventory;

// What a published program is made of: DEPS_JSON PACKAGES PROGRAM OUT [MODEL=LICENCE=SOURCE...]. Writes OUT/sbom.cdx.json and OUT/THIRD-PARTY-NOTICES.txt.
if (args.Length < 4)
{
    Console.Error.WriteLine("usage: Freehold.Inventory DEPS_JSON PACKAGES_FOLDER PROGRAM OUT_FOLDER [MODEL_FILE=LICENCE=SOURCE...]");
    return 2;
}
try
{
    var (version, packages) = PublishedPackages.Read(args[0], args[1]);
    var models = args.Skip(4).Select(EmbeddedModel.Parse).ToList();
    File.WriteAllBytes(Path.Combine(args[3], "sbom.cdx.json"), CycloneDx.Write(version, args[2], packages, models));
    File.WriteAllText(Path.Combine(args[3], "THIRD-PARTY-NOTICES.txt"), Notices.Write(packages, models));
    return 0;
}
catch (Exception e) when (e is InventoryException or IOException)
{
    Console.Error.WriteLine("inventory: " + e.Message);
    return 1;
}
