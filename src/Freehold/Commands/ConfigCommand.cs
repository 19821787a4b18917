using System.CommandLine;
using System.Globalization;
using Freehold.Catalog;
using Freehold.Commands.Catalogue;
using Freehold.Hosting;
using Freehold.Hosting.Configuration;
using Freehold.Kernels;
using Freehold.Planning;

namespace Freehold.Commands;

/// <summary><c>freehold config</c>: each setting's value in force, and where it is from.</summary>
internal static class ConfigCommand
{
    public static Command Create(CatalogueContext context)
    {
        var json = CommonOptions.Json();
        var command = new Command("config", "Show each setting's value in force and where it is from: the environment, config.json, or the default.") { json };
        command.SetAction(async (parsed, _) =>
        {
            var settings = context.Settings();
            var config = ConfigFile.Read(settings.ConfigFile);
            IReadOnlyList<EffectiveSetting> all = [.. settings.Effective, .. OfServer(context.Environment, config), .. OfKernels(context.Environment), .. OfPrices(context.Environment, config)];
            foreach (var key in settings.UnknownKeys.Except(all.Select(setting => setting.Key)))
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"note: {settings.ConfigFile} has the key \"{key}\", which nothing reads");
            if (parsed.GetValue(json))
                await WriteJsonAsync(parsed.InvocationConfiguration.Output, settings, all);
            else
                await WriteAsync(parsed.InvocationConfiguration.Output, settings, all);
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<EffectiveSetting> OfKernels(Func<string, string?> environment)
    {
        using var compute = new Compute(CommonOptions.ComputeOf(null));
        yield return Of("FREEHOLD_ISA", compute.Isa.ToString().ToLowerInvariant());
        yield return Of("FREEHOLD_THREADS", compute.Threads.ToString(CultureInfo.InvariantCulture));
        yield return Of(PackedModels.HugePagesVariable, PackedModels.HugePagesOf(environment).ToString().ToLowerInvariant());
        yield return Of(PackedModels.KernelsVariable, PackedModels.IsTuned(environment) ? "auto" : "off");

        EffectiveSetting Of(string variable, string value) =>
            new(variable, null, value, string.IsNullOrWhiteSpace(environment(variable)) ? SettingSource.Default : SettingSource.Environment);
    }

    private static IEnumerable<EffectiveSetting> OfServer(Func<string, string?> environment, ConfigFile config)
    {
        foreach (var setting in ServerSetting.All)
        {
            var found = setting.Find(null, environment, config);
            yield return new(setting.Variable, setting.Key, found.Values.Count == 0 ? null : string.Join(", ", found.Values), found.Source!.Value);
        }
        var isKeySet = !string.IsNullOrEmpty(environment(ServingOptions.KeyVariable));
        yield return new(ServingOptions.KeyVariable, null, isKeySet ? "set (not shown)" : null, isKeySet ? SettingSource.Environment : SettingSource.Default);
    }

    private static IEnumerable<EffectiveSetting> OfPrices(Func<string, string?> environment, ConfigFile config)
    {
        var prices = Prices.Read(new PriceOptions(), environment, config, Environment.ProcessorCount);
        return [Of("machine_price", prices.Machine), Of("power_watts", prices.Watts), Of("power_price", prices.KilowattHour), Of("gpu_price", prices.Gpu)];

        static EffectiveSetting Of(string key, Price price)
        {
            var variable = "FREEHOLD_" + key.ToUpperInvariant();
            return new(variable, key, price.Value.ToString(CultureInfo.InvariantCulture),
                price.Source == variable ? SettingSource.Environment : price.Source.StartsWith(key, StringComparison.Ordinal) ? SettingSource.ConfigFile : SettingSource.Default);
        }
    }

    private static async Task WriteAsync(TextWriter output, CatalogSettings settings, IReadOnlyList<EffectiveSetting> all)
    {
        var width = all.Max(s => s.Variable.Length);
        foreach (var setting in all)
            await output.WriteLineAsync($"{setting.Variable.PadRight(width)}  {setting.Value ?? "-"}  ({NameOf(setting.Source)})");
        await output.WriteLineAsync($"config.json: {settings.ConfigFile}{(File.Exists(settings.ConfigFile) ? "" : ", which is not there")}");
    }

    private static Task WriteJsonAsync(TextWriter output, CatalogSettings settings, IReadOnlyList<EffectiveSetting> all) => JsonDocumentOutput.WriteAsync(output, document =>
    {
        document.WriteStartObject();
        document.WriteString("config_file", settings.ConfigFile);
        document.WriteBoolean("config_file_exists", File.Exists(settings.ConfigFile));
        document.WriteStartArray("settings");
        foreach (var setting in all)
        {
            document.WriteStartObject();
            document.WriteString("variable", setting.Variable);
            document.WriteString("key", setting.Key);
            document.WriteString("value", setting.Value);
            document.WriteString("source", NameOf(setting.Source));
            document.WriteEndObject();
        }
        document.WriteEndArray();
        document.WriteEndObject();
    });

    private static string NameOf(SettingSource source) => source switch
    {
        SettingSource.Environment => "environment",
        SettingSource.ConfigFile => "config.json",
        _ => "default",
    };
}
