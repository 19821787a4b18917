using Freehold.Catalog;
using Freehold.Catalog.Downloads;
using Freehold.Catalog.Network;
using Freehold.Catalog.Sources;
using Freehold.Catalog.Store;

// Pulls one file with small pieces: HOME URL SHA256. Says "stored" at the end; is usually killed before.
var settings = new CatalogSettings { Home = args[0] };
var store = new CatalogStore(settings.Home, TimeProvider.System, new SystemFreeSpace());
var limits = new TransferLimits { SegmentBytes = 64 << 10, JournalBytes = 8 << 10, Connections = 3 };
Sha256Digest? digest = Sha256Digest.TryParse(args[2], out var known) ? known : null;
var result = await new Puller(store, settings, new NetworkAccess(null, settings.Network), limits, TimeProvider.System)
    .PullAsync(new PullRequest(args[1], null, digest), TransferReport.Silent, CancellationToken.None);
Console.WriteLine($"stored {result.Manifest.Files[0].Sha256}");
