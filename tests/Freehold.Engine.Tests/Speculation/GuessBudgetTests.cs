using Freehold.Engine.Speculation;

namespace Freehold.Engine.Tests.Speculation;

public class GuessBudgetTests
{
    private static StepCost Cost(Func<int, double> milliseconds, int most = 64)
    {
        var cost = new StepCost(most);
        for (var i = 0; i < 5; i++)
            for (var rows = 1; rows <= most; rows++)
                cost.Measured(rows, TimeSpan.FromMilliseconds(milliseconds(rows)));
        return cost;
    }

    private static int[] Share(StepCost cost, double modelStep, params (int Most, float Chance, bool AsksModel)[] offers)
    {
        var given = offers.Select(offer => new GuessOffer { Most = offer.Most, Chance = offer.Chance, AsksModel = offer.AsksModel }).ToArray();
        GuessBudget.Share(given, given.Length, cost, modelStep);
        return [.. given.Select(offer => offer.Guesses)];
    }

    [Fact]
    public void Where_rows_are_free_good_guesses_are_all_computed()
    {
        var flat = Cost(_ => 10);
        Assert.Equal([15], Share(flat, 0, (15, 0.99f, false)));
        Assert.Equal([15], Share(flat, 0, (15, 0.1f, false)));
        Assert.Equal([0], Share(flat, 0, (0, 0.9f, false)));
    }

    [Theory]
    [InlineData(0.99f, 15)]
    [InlineData(0.8f, 3)] // four rows are computed at once: the fifth costs as much as four more
    [InlineData(0.3f, 0)]
    public void Where_rows_cost_only_likely_guesses_are_computed(float chance, int expected) =>
        Assert.Equal([expected], Share(Cost(rows => rows == 1 ? 10 : 8 + 8 * ((rows + 3) / 4)), 0, (15, chance, false)));

    [Fact]
    public void Where_a_row_costs_as_much_as_a_step_nothing_is_guessed() =>
        Assert.Equal([0, 0], Share(Cost(rows => 10 * rows), 0, (15, 1, false), (15, 0.9f, true)));

    [Fact]
    public void The_stream_whose_guesses_are_likelier_gets_more_of_them()
    {
        var guesses = Share(Cost(rows => 10 + rows), 0, (15, 0.95f, false), (15, 0.4f, false), (2, 0.99f, false));
        Assert.True(guesses[0] > guesses[1] && guesses[1] >= 1, string.Join(' ', guesses));
        Assert.Equal(2, guesses[2]);
    }

    [Theory]
    [InlineData(0.0001, 15)]
    [InlineData(0.02, 0)] // the draft is twice as slow as its target
    public void A_model_that_is_asked_must_be_worth_its_time(double secondsOfDraft, int expected) =>
        Assert.Equal([expected], Share(Cost(_ => 10), secondsOfDraft, (15, 0.9f, true)));

    [Fact]
    public void What_steps_cost_follows_the_median_and_not_a_spell()
    {
        var cost = Cost(_ => 10);
        for (var i = 0; i < 3; i++)
            cost.Measured(1, TimeSpan.FromSeconds(5));
        Assert.InRange(cost.Of(1), 0.010, 0.013);
        for (var i = 0; i < 100; i++)
            cost.Measured(1, TimeSpan.FromMilliseconds(20));
        Assert.InRange(cost.Of(1), 0.0199, 0.0201);
    }

    [Fact]
    public void What_was_not_measured_is_estimated_from_its_neighbours()
    {
        var cost = new StepCost(64);
        Assert.True(cost.Of(8) > cost.Of(1)); // nothing is known: a row more is expected to cost a little
        cost.Measured(1, TimeSpan.FromMilliseconds(10));
        Assert.InRange(cost.Of(16), 0.010, 0.015);
        cost.Measured(16, TimeSpan.FromMilliseconds(40));
        Assert.Equal(0.024, cost.Of(8), 1e-6);
        cost.Measured(4, TimeSpan.Zero); // a clock that stands still tells nothing
        Assert.Equal(0.016, cost.Of(4), 1e-6);
    }

    [Fact]
    public void What_was_measured_long_ago_is_tried_again()
    {
        var cost = new StepCost(64);
        cost.Measured(5, TimeSpan.FromSeconds(9));
        for (var i = 0; i < 2000; i++)
            cost.Measured(1, TimeSpan.FromMilliseconds(10));
        Assert.InRange(cost.Of(5), 0.010, 0.012);
    }

    [Fact]
    public void A_source_that_is_wrong_rests_longer_each_time_and_is_tried_again()
    {
        var pace = new DraftPace();
        var rests = new List<int>();
        for (var miss = 0; miss < 8; miss++)
        {
            pace.Judge(4, 0);
            var rest = 0;
            for (; pace.IsResting; rest++)
                pace.Idle();
            rests.Add(rest);
        }
        Assert.Equal([2, 4, 8, 16, 32, 64, 64, 64], rests);
        pace.Judge(4, 4);
        Assert.False(pace.IsResting);
        Assert.InRange(pace.Chance(0.7f), 0.6f, 0.95f);
    }
}
