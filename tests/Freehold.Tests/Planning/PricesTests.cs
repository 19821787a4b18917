using Freehold.Commands;
using Freehold.Hosting.Configuration;
using Freehold.Planning;

namespace Freehold.Tests.Planning;

public sealed class PricesTests : IDisposable
{
    private readonly string _config = Path.Combine(Directory.CreateTempSubdirectory("freehold-prices-").FullName, "config.json");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_config)!, recursive: true);

    [Fact]
    public void An_option_goes_before_a_variable_before_the_configuration_before_assumptions_and_each_is_named()
    {
        File.WriteAllText(_config, """{"mirror":"/mnt","machine_price":10,"power_watts":20,"power_price":0.5}""");
        var prices = Prices.Read(new PriceOptions(Machine: 30), name => name == "FREEHOLD_POWER_WATTS" ? "40" : null, ConfigFile.Read(_config), cores: 8);
        Assert.Equal(new Price(30, "--machine-price"), prices.Machine);
        Assert.Equal(new Price(40, "FREEHOLD_POWER_WATTS"), prices.Watts);
        Assert.Equal(new Price(0.5, "power_price in config.json"), prices.KilowattHour);
        Assert.StartsWith("assumed: ", prices.Gpu.Source, StringComparison.Ordinal);
        Assert.Equal(30 + 40 * 0.73 * 0.5, prices.Month, 1e-9);
    }

    [Fact]
    public void Assumptions_grow_with_the_cores()
    {
        var (small, large) = (Prices.Read(new(), _ => null, ConfigFile.Read(_config), 2), Prices.Read(new(), _ => null, ConfigFile.Read(_config), 64));
        Assert.Equal(small.Month * 32, large.Month, 1e-9);
    }

    [Theory]
    [InlineData("{\"machine_price\":\"much\"}", null)]
    [InlineData("{\"machine_price\":-1}", null)]
    [InlineData("{", null)]
    [InlineData("{}", "cheap")]
    public void What_is_no_price_is_wrong_usage(string config, string? variable)
    {
        File.WriteAllText(_config, config);
        var error = Assert.Throws<CommandException>(() => Prices.Read(new(), name => name == "FREEHOLD_MACHINE_PRICE" ? variable : null, ConfigFile.Read(_config), 2));
        Assert.Equal(2, error.ExitCode);
    }
}
