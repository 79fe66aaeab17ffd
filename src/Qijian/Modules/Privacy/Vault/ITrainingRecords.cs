namespace Qijian.Modules.Privacy;

/// <summary>Who of the staff may handle personal data: those with a valid pass in training. The module that keeps the passes implements it.</summary>
public interface ITrainingRecords
{
    /// <summary>Whether the member of staff has one now.</summary>
    ValueTask<bool> IsTrainedAsync(Subject staff, CancellationToken ct);
}
