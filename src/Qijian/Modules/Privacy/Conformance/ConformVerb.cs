using System.CommandLine;

namespace Qijian.Modules.Privacy;

/// <summary><c>qijian conform …</c></summary>
internal static class ConformVerb
{
    public static Command Command()
    {
        Command conform = new("conform", "政策的符合性 / conformance with the policy");
        foreach (var command in ConformRun.Commands()) conform.Add(command);
        return conform;
    }
}
