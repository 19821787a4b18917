using System.Text.Json;

namespace Freehold.Planning;

/// <summary>A plan for scripts. Each figure that is not certain says whether it is expected or measured.</summary>
internal static class PlanJson
{
    public static void Write(Utf8JsonWriter json, ServingPlan plan)
    {
        json.WriteStartObject();
        json.WriteString("model", plan.Model);
        Machine(json, plan);
        json.WriteStartArray("choices");
        foreach (var choice in plan.Choices)
        {
            json.WriteStartObject();
            json.WriteString("what", choice.What);
            json.WriteString("value", choice.Value);
            json.WriteString("why", choice.Why);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Speed(json, plan);
        Cost(json, plan.Prices);
        json.WriteStartArray("proposals");
        foreach (var proposal in plan.Proposals)
        {
            json.WriteStartObject();
            json.WriteString("option", proposal.Option);
            json.WriteString("effect", proposal.Effect);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Machine(Utf8JsonWriter json, ServingPlan plan)
    {
        var (profile, probe) = (plan.Machine.Profile, plan.Machine.Probe);
        json.WriteStartObject("machine");
        json.WriteString("processor", profile.Processor);
        json.WriteNumber("cores", profile.Budget.Cores);
        json.WriteNumber("processors", profile.Budget.Allowed);
        if (profile.Budget.Quota is { } quota)
            json.WriteNumber("cpu_quota", quota);
        else
            json.WriteNull("cpu_quota");
        json.WriteStartArray("numa_nodes");
        foreach (var node in profile.Nodes)
        {
            json.WriteStartObject();
            json.WriteNumber("node", node.Number);
            json.WriteNumber("processors", node.Processors.Count);
            json.WriteNumber("memory_bytes", node.MemoryBytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("memory_bytes", profile.MemoryBytes);
        json.WriteNumber("available_bytes", plan.AvailableBytes);
        json.WriteStartObject("features");
        json.WriteBoolean("avx2", profile.Features.Avx2);
        json.WriteBoolean("avx_vnni", profile.Features.AvxVnni);
        json.WriteBoolean("avx512", profile.Features.Avx512);
        json.WriteBoolean("avx512_vnni", profile.Features.Avx512Vnni);
        json.WriteBoolean("avx512_bf16", profile.Features.Avx512Bf16);
        json.WriteBoolean("avx512_vbmi", profile.Features.Avx512Vbmi);
        json.WriteBoolean("amx_tile", profile.Features.AmxTile);
        json.WriteBoolean("amx_int8", profile.Features.AmxInt8);
        json.WriteEndObject();
        json.WriteNumber("threads", probe.Threads);
        json.WriteBoolean("disturbed", probe.WasDisturbed);
        json.WriteNumber("bytes_per_second", probe.BytesPerSecond);
        json.WriteStartArray("int8_peaks");
        foreach (var peak in probe.Peaks)
        {
            json.WriteStartObject();
            json.WriteString("instruction", peak.Instruction);
            json.WriteNumber("operations_per_second", peak.OperationsPerSecond);
            json.WriteString("kind", peak.Derivation is null ? "measured" : "expected");
            json.WriteString("derivation", peak.Derivation);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Speed(Utf8JsonWriter json, ServingPlan plan)
    {
        void Figure(string name, double? value)
        {
            if (value is { } number)
                json.WriteNumber(name, number);
            else
                json.WriteNull(name);
        }

        json.WriteStartObject("speed");
        json.WriteString("kind", plan.Kind);
        var decodes = plan.Memory is not null;
        Figure("prefill_tokens_per_second", plan.Speed is { } speed ? PlanText.Prefill(plan, speed) : null);
        Figure("decode_tokens_per_second", decodes && plan.Speed is { } alone ? PlanText.Decode(plan, alone) : null);
        Figure("share_of_peak", plan.Speed?.Shares.Prefill);
        Figure("share_of_bandwidth", decodes ? plan.Speed?.Shares.Bandwidth : null);
        json.WriteEndObject();
        json.WriteStartArray("users");
        foreach (var at in plan.Users)
        {
            json.WriteStartObject();
            json.WriteNumber("tokens_per_second", at.Rate);
            json.WriteNumber("users", at.Count);
            json.WriteString("limit", at.Limit);
            json.WriteString("kind", "expected");
            json.WriteNumber("prompt_tokens", plan.Conversation!.Prompt);
            json.WriteNumber("answer_tokens", plan.Conversation.Answer);
            Figure("cost_a_month", at.Count > 0 ? plan.Prices.Month / at.Count : null);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Cost(Utf8JsonWriter json, Prices prices)
    {
        void Price(string name, Price price)
        {
            json.WriteStartObject(name);
            json.WriteNumber("value", price.Value);
            json.WriteString("source", price.Source);
            json.WriteEndObject();
        }

        json.WriteStartObject("cost");
        json.WriteNumber("month", prices.Month);
        json.WriteNumber("power_month", prices.Power);
        Price("machine_price", prices.Machine);
        Price("power_watts", prices.Watts);
        Price("power_price", prices.KilowattHour);
        Price("gpu_price", prices.Gpu);
        json.WriteEndObject();
    }
}
