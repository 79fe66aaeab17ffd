namespace Qijian.Modules.Privacy;

/// <summary>What work that waits keeps instead of a capability: whom it concerns and what for. It opens nothing; when its turn comes the guard is asked with it.</summary>
public sealed record PurposeTicket(Subject Subject, Purpose Purpose, IReadOnlyList<Category> Categories);
