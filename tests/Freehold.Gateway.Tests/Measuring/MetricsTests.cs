using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Measuring;

public class MetricsTests
{
    [Fact]
    public async Task Requests_and_tokens_and_times_are_told_as_Prometheus_text()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.PostAsync("/v1/chat/completions", """{"model":"parrot","messages":[{"role":"user","content":"x"}]}""");
        await gateway.PostAsync("/v1/chat/completions", """{"model":"nobody","messages":[{"role":"user","content":"x"}]}""");
        var text = await gateway.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        var lines = text.Split('\n');
        Assert.Contains("# TYPE freehold_http_requests_total counter", lines);
        Assert.Contains("""freehold_http_requests_total{route="/v1/chat/completions",model="parrot",status="200"} 1""", lines);
        Assert.Contains("""freehold_http_requests_total{route="/v1/chat/completions",model="",status="404"} 1""", lines);
        Assert.Contains("""freehold_http_tokens_total{model="parrot",kind="prompt"} 7""", lines);
        Assert.Contains("""freehold_http_tokens_total{model="parrot",kind="cached"} 4""", lines);
        Assert.Contains("""freehold_http_tokens_total{model="parrot",kind="completion"} 3""", lines);
        Assert.Contains("""freehold_http_answers_active{model="parrot"} 0""", lines);
        Assert.Contains("# TYPE freehold_http_time_to_first_token_seconds histogram", lines);
        Assert.Contains("""freehold_http_time_to_first_token_seconds_bucket{model="parrot",le="+Inf"} 1""", lines);
        Assert.Contains("""freehold_http_time_to_first_token_seconds_count{model="parrot"} 1""", lines);
        Assert.Contains("""freehold_http_inter_token_time_seconds_count{model="parrot"} 2""", lines);
    }
}
