namespace Qijian.Modules.Privacy;

/// <summary>Who of the staff may handle personal data: those with a valid pass in training.</summary>
public interface ITrainingRecords
{
    /// <summary>Whether the member of staff has one now.</summary>
    ValueTask<bool> IsTrainedAsync(Subject staff, CancellationToken ct);
}

/// <summary>While nobody keeps records of training, nobody is trained.</summary>
internal sealed class NoTrainingRecords : ITrainingRecords
{
    public ValueTask<bool> IsTrainedAsync(Subject staff, CancellationToken ct) => new(false);
}
