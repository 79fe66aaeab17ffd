namespace Qijian.Modules.Privacy;

/// <summary>One thing that keeps a published version from taking effect.</summary>
internal abstract record PolicyObstacle
{
    private PolicyObstacle() { }

    /// <summary>What it is, in the reader's language.</summary>
    public abstract string Words { get; }

    /// <summary>The text of a language has defects.</summary>
    public sealed record Defective(string File, IReadOnlyList<string> Defects) : PolicyObstacle
    {
        public override string Words => Text.ObstacleDefective.With(File, string.Join("; ", Defects));
    }

    /// <summary>The languages do not have the same clauses.</summary>
    public sealed record Untranslated(IReadOnlyList<string> Clauses) : PolicyObstacle
    {
        public override string Words => Text.ObstacleUntranslated.With(string.Join(' ', Clauses));
    }

    /// <summary>The registry breaks rules of its own.</summary>
    public sealed record Unregistered(IReadOnlyList<RegistryError> Errors) : PolicyObstacle
    {
        public override string Words => Text.ObstacleUnregistered.With(string.Join("; ", Errors));
    }

    /// <summary>Clauses that nothing stands behind.</summary>
    public sealed record Unbound(IReadOnlyList<string> Clauses) : PolicyObstacle
    {
        public override string Words => Text.ObstacleUnbound.With(string.Join(' ', Clauses));
    }

    /// <summary>Bindings of clauses that the text does not have.</summary>
    public sealed record Unwritten(IReadOnlyList<string> Clauses) : PolicyObstacle
    {
        public override string Words => Text.ObstacleUnwritten.With(string.Join(' ', Clauses));
    }

    /// <summary>Clauses with neither a probe nor a reason why there is none.</summary>
    public sealed record Unproved(IReadOnlyList<string> Clauses) : PolicyObstacle
    {
        public override string Words => Text.ObstacleUnproved.With(string.Join(' ', Clauses));
    }

    /// <summary>Published too late for the day it was to take effect.</summary>
    public sealed record TooSoon(Period Lead, DateTimeOffset Earliest) : PolicyObstacle
    {
        public override string Words => Text.ObstacleTooSoon.With(Lead.Words(), Shared.Format.Day(Earliest));
    }

    /// <summary>Persons without a notice from before that day.</summary>
    public sealed record Untold(int Persons) : PolicyObstacle
    {
        public override string Words => Text.ObstacleUntold.With(Persons);
    }
}
