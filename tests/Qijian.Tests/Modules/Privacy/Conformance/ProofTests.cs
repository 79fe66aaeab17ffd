using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Conformance;

public sealed class ProofTests
{
    [Fact]
    public void Checks_that_hold_pass_and_are_counted()
    {
        var result = new Proof("small", "same").By("eye").Each([1, 2, 3], n => n < 4, "small", n => $"{n}").Same(2, 2, "same").AtLeast(3, "small").Result();
        Assert.True(result.Passed);
        Assert.Equal(["eye"], result.Instruments);
        Assert.Equal(3, result.Counts["small"]);
    }

    [Fact]
    public void A_proof_that_checked_nothing_fails()
    {
        Assert.False(new Proof().Result().Passed);
        var none = new Proof("small").Each(Array.Empty<int>(), _ => true, "small", n => $"{n}").Result();
        Assert.False(none.Passed);
        Assert.Equal(["small 0"], none.Failures);
    }

    [Fact]
    public void One_check_of_several_that_was_never_made_fails_the_proof() => Assert.Equal(["other 0"], new Proof("one", "other").That(holds: true, "one").Result().Failures);

    [Fact]
    public void Too_few_checks_fail_the_proof() => Assert.Equal(["pages 1/5"], new Proof("pages").That(holds: true, "pages").AtLeast(5, "pages").Result().Failures);

    [Fact]
    public void What_does_not_hold_is_named_once_and_not_without_end()
    {
        Assert.Equal(["rows 1≠0"], new Proof("rows").Same(0, 1, "rows").Same(0, 1, "rows").Result().Failures);
        Assert.Equal(20, new Proof("n").Each(Enumerable.Range(0, 100), _ => false, "n", n => $"{n}").Result().Failures.Count);
    }

    [Fact]
    public void A_place_that_could_name_a_person_is_left_out() => Assert.Equal(["page"], new Proof("page").That(holds: false, "page", "/people/张三").Result().Failures);

    [Fact]
    public void A_check_that_was_not_announced_is_a_mistake_of_the_probe() => Assert.Throws<KeyNotFoundException>(() => new Proof("one").That(holds: true, "two"));
}
