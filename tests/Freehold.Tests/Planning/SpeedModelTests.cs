using Freehold.Kernels;
using Freehold.Kernels.Machine;
using Freehold.Planning;

namespace Freehold.Tests.Planning;

public class SpeedModelTests
{
    private const long PageBytes = 64 * 65_536;

    // Llama-3.2-1B's shape in Q8_0, on 20 GB/s and 1 TOPS.
    private static readonly ModelWork Work = new(1_310_000_000, 1_950_000_000, 2_470_000_000);
    private static readonly SpeedModel Speed = new(Work, 1, 65_536, 20e9, 1e12, new Shares(0.8, 0.5, 0.4, false));
    private static readonly MachineProbe Probe = new(2, 20e9, 4, [new("vpmaddubsw 256", 1e12, InstructionSet.Avx2, null)], 1);

    [Fact]
    public void One_stream_is_limited_by_memory_and_a_prompt_by_arithmetic()
    {
        Assert.Equal(20e9 * 0.8 / 1.31e9, Speed.DecodeTokensPerSecond, 1e-9);
        Assert.Equal(1e12 * 0.5 / 1.95e9, Speed.PrefillTokensPerSecond, 1e-9);
        Assert.Equal(Speed.PrefillTokensPerSecond / 2, (Speed with { Planes = 2 }).PrefillTokensPerSecond, 1e-9);
    }

    [Fact]
    public void A_step_reads_the_weights_once_until_arithmetic_takes_longer_and_keys_and_values_come_on_top()
    {
        Assert.Equal(Speed.StepSeconds(1, 0), Speed.StepSeconds(8, 0));
        Assert.Equal(64 * 2.47e9 / 0.4e12, Speed.StepSeconds(64, 0), 1e-9);
        Assert.Equal(8 * 1000 * 65_536 / 16e9, Speed.StepSeconds(8, 1000) - Speed.StepSeconds(8, 0), 1e-9);
    }

    [Fact]
    public void A_bench_is_predicted_as_it_was()
    {
        var measured = new MeasuredSpeed(200, 9, new Dictionary<int, double> { [1] = 9, [8] = 60, [32] = 110 }, 50, DateTimeOffset.UnixEpoch);
        var speed = Efficiency.Model(Work, 1, 65_536, Probe, InstructionSet.Avx2, measured)!;
        Assert.True(speed.Shares.AreMeasured);
        Assert.Equal(200, speed.PrefillTokensPerSecond, 1e-6);
        Assert.Equal(9, speed.DecodeTokensPerSecond, 1e-6);
        Assert.Equal(32 / 110.0, speed.StepSeconds(32, 50), 1e-6);
    }

    [Fact]
    public void Amx_is_expected_to_be_faster_than_the_same_machines_vectors_and_slower_than_its_own_peak_by_far()
    {
        // A Xeon's two cores, measured.
        var xeon = Probe with { Peaks = [new("tdpbssd", 10.5e12, InstructionSet.Amx, null), new("vpdpbusd 512", 1.26e12, InstructionSet.Avx512Vnni, null)] };
        var (tiles, vectors) = (Efficiency.Model(Work, 1, 65_536, xeon, InstructionSet.Amx, null)!, Efficiency.Model(Work, 1, 65_536, xeon, InstructionSet.Avx512Vnni, null)!);
        Assert.InRange(tiles.PrefillTokensPerSecond / vectors.PrefillTokensPerSecond, 1.2, 3);
        Assert.InRange(tiles.Shares.Prefill, 0, 0.2);
        Assert.True(tiles.StepSeconds(32, 0) < vectors.StepSeconds(32, 0));
    }

    [Fact]
    public void Nothing_is_predicted_where_nothing_is_known_of_the_machine()
    {
        Assert.Null(Efficiency.Model(Work, 1, 65_536, Probe with { Peaks = [] }, InstructionSet.Avx2, null));
        Assert.Null(Efficiency.Model(Work, 1, 65_536, Probe with { BytesPerSecond = 0 }, InstructionSet.Avx2, null));
        Assert.Null(Efficiency.Model(Work, 1, 65_536, Probe, InstructionSet.Scalar, null));
    }

    [Fact]
    public void Users_are_the_most_whose_steps_and_prompts_fit_a_second()
    {
        var conversation = new Conversation(256, 256);
        var users = Users.At(5, Speed, conversation, 1L << 40, PageBytes, 64);
        double Busy(int count) => 5 * Speed.StepSeconds(count, 384) + count * 5.0 / 256 * 256 / Speed.PrefillTokensPerSecond;
        Assert.Equal("speed", users.Limit);
        Assert.InRange(Busy(users.Count), 0, 1);
        Assert.True(Busy(users.Count + 1) > 1);
        Assert.True(Users.At(10, Speed, conversation, 1L << 40, PageBytes, 64).Count < users.Count);
        Assert.True(Users.At(5, Speed, conversation with { Prompt = 8 }, 1L << 40, PageBytes, 64).Count > users.Count);
    }

    [Fact]
    public void Users_have_to_fit_memory_and_a_rate_that_one_stream_does_not_reach_serves_nobody()
    {
        var conversation = new Conversation(256, 256);
        Assert.Equal(new Users(5, 3, "memory"), Users.At(5, Speed, conversation, 3 * 8 * PageBytes, PageBytes, 64));
        Assert.Equal(new Users(20, 0, "speed"), Users.At(20, Speed, conversation, 1L << 40, PageBytes, 64));
    }
}
