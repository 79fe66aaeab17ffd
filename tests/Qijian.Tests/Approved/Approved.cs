namespace Qijian.Tests;

/// <summary>Text that people approved by committing it: what the product offers to the outside.</summary>
internal static class Approved
{
    /// <summary>Compares with <c>Approved/name</c>; where it differs, the new text lies beside it as <c>name.received</c>.</summary>
    public static void Matches(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(ArchitectureTests.Repository, "tests/Qijian.Tests/Approved", name);
        var received = string.Concat(lines.Select(l => l + "\n"));
        var approved = File.Exists(path) ? File.ReadAllText(path) : "";
        if (received == approved)
        {
            File.Delete(path + ".received");
            return;
        }

        File.WriteAllText(path + ".received", received);
        Assert.Equal(approved, received);
    }
}
