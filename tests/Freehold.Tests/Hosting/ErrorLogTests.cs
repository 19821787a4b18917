using Freehold.Gateway.Logging;
using Freehold.Hosting;
using Microsoft.Extensions.Logging;

namespace Freehold.Tests.Hosting;

public class ErrorLogTests
{
    [Fact]
    public async Task A_failure_is_logged_under_the_id_of_the_request_in_which_it_happened()
    {
        using var output = new StringWriter();
        await using (var log = new LogWriter(output, LogFormat.Text, TimeProvider.System))
        {
            using var provider = new ErrorLog(log);
            using var factory = LoggerFactory.Create(logging => logging.AddProvider(provider));
            var logger = factory.CreateLogger("Freehold.Gateway.RequestFrame");
            using (logger.BeginScope("req_1"))
                logger.LogError(new InvalidOperationException("broken"), "A request failed");
            logger.LogWarning("Later");
            logger.LogInformation("Never");
        }
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith(" error RequestFrame: A request failed id=req_1", lines[0], StringComparison.Ordinal);
        Assert.Contains("broken", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(" warning RequestFrame: Later", lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("Never", output.ToString(), StringComparison.Ordinal);
    }
}
