using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>S9.2.3b: staff see a value of a person with a pass in training that is in date, and with none, an expired one or one that was taken back they do not.</summary>
internal sealed partial class TrainingProbe : IClauseProbe
{
    private const string Number = "8613900000001", Other = "8613900000002";

    public string Id => "staff.training";
    public IReadOnlyList<string> Clauses => ["S9.2.3b"];
    public ProofClass Class => ProofClass.A;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("trained-sees", "none-refused", "expired-refused", "taken-back-refused", "recorded", "bystander-unseen");
        var person = await SignUpAsync(world, Number, ct);
        await SignUpAsync(world, Other, ct);
        Persona trained = new("trained"), untrained = new("untrained");
        var (number, none) = (await world.HireAsync(trained, "8613900000003", StaffRole.Support, factor: true, ct), await world.HireAsync(untrained, "8613900000004", StaffRole.Support, factor: true, ct));
        await TrainAsync(world, number, none, ct);
        Look(await RevealAsync(trained, ct), HttpStatusCode.OK, "trained-sees");
        Look(await RevealAsync(untrained, ct), HttpStatusCode.Forbidden, "none-refused");
        world.Clock.Advance(TimeSpan.FromDays(3));
        Look(await RevealAsync(trained, ct), HttpStatusCode.Forbidden, "expired-refused");
        await TrainAsync(world, number, none, ct);
        Look(await RevealAsync(trained, ct), HttpStatusCode.OK, "trained-sees");
        await world.WithAsync<KeepTrainings, bool>(async trainings => await trainings.EndAsync((await trainings.ListAsync(ct)).First(t => t.Valid).Id, none, ct));
        Look(await RevealAsync(trained, ct), HttpStatusCode.Forbidden, "taken-back-refused");
        var looks = await world.WithAsync<IReveals, IReadOnlyList<RevealView>>(r => r.ListAsync(null, 100, ct));
        proof.Same(2, looks.Count(l => l.Allowed && l.Staff == number), "recorded", "shown").Same(2, looks.Count(l => !l.Allowed && l.Staff == number), "recorded", "refused").Same(1, looks.Count(l => !l.Allowed && l.Staff == none), "recorded", "untrained");
        return proof.By("http").By("clock").By("audit").Result();

        void Look(IReadOnlyList<Exchange> answers, HttpStatusCode status, string check)
        {
            proof.Each(answers, a => a.Status == status, check, a => $"{(int)a.Status}").That(answers[^1].Body.Contains(Number, StringComparison.Ordinal) == status is HttpStatusCode.OK, check, "value")
                .Each(answers, a => !a.Body.Contains(Other, StringComparison.Ordinal), "bystander-unseen", _ => "");
        }

        // The page, and its form as somebody sends it who has it open, or made it up.
        async Task<IReadOnlyList<Exchange>> RevealAsync(Persona who, CancellationToken token)
        {
            var page = await world.GetAsync(RevealModel.Path, token, who);
            var seal = FormSeal().Match((await world.GetAsync(AccountsModule.AccountPath, token, who)).Body).Groups["seal"].Value;
            Dictionary<string, string> fields = new(StringComparer.Ordinal) { ["form"] = seal, ["subject"] = person.ToString(), ["purpose"] = Purpose.IdentityVerification.Id, ["reason"] = "probe" };
            return [page, await world.PostAsync(who, RevealModel.Path + "?handler=show", fields, token)];
        }
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("believing", "不核对考核记录", "Passes are not looked at") { Services = s => s.Replace(ServiceDescriptor.Scoped<ITrainingRecords, Believing>()) },
        new("timeless", "过期的考核记录仍然有效", "An expired pass still counts") { Services = s => s.Replace(ServiceDescriptor.Scoped<ITrainingRecords, Timeless>()) },
        new("final", "已收回的考核记录仍然有效", "A pass that was taken back still counts") { Services = s => s.Replace(ServiceDescriptor.Scoped<ITrainingRecords, Final>()) },
        new("shared", "他人的考核记录也有效", "Anybody’s pass counts for everybody") { Services = s => s.Replace(ServiceDescriptor.Scoped<ITrainingRecords, Shared>()) },
        new("unrecorded", "查看不留记录", "Looks are not recorded") { Services = s => s.Replace(ServiceDescriptor.Scoped<IReveals, Unrecorded>()) },
    ];

    private static Task<Subject> SignUpAsync(ProbeWorld world, string number, CancellationToken ct) =>
        world.WithAsync<EnterAccount, Subject>(async enter => (await enter.SignUpAsync(new("+" + number), AgeBand.Adult, null, english: false, ct)).Subject);

    // Good for today and tomorrow.
    private static Task<TrainingProblem?> TrainAsync(ProbeWorld world, Subject staff, Subject by, CancellationToken ct)
    {
        var today = ChinaTime.Day(world.Clock.GetUtcNow());
        return world.WithAsync<KeepTrainings, TrainingProblem?>(trainings => trainings.AddAsync(staff, "probe", today, today.AddDays(1), by, ct));
    }

    [GeneratedRegex("name=\"form\"[^>]*value=\"(?<seal>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FormSeal();

    private sealed class Believing : ITrainingRecords
    {
        public ValueTask<bool> IsTrainedAsync(Subject staff, CancellationToken ct) => new(true);
    }

    private sealed class Timeless(AppDb db) : ITrainingRecords
    {
        public async ValueTask<bool> IsTrainedAsync(Subject staff, CancellationToken ct) => await db.Trainings.AnyAsync(t => t.Staff == staff && t.EndedAt == null, ct);
    }

    private sealed class Final(AppDb db, TimeProvider clock) : ITrainingRecords
    {
        public async ValueTask<bool> IsTrainedAsync(Subject staff, CancellationToken ct)
        {
            var now = clock.GetUtcNow();
            return await db.Trainings.AnyAsync(t => t.Staff == staff && t.ValidUntil > now, ct);
        }
    }

    private sealed class Shared(AppDb db, TimeProvider clock) : ITrainingRecords
    {
        public async ValueTask<bool> IsTrainedAsync(Subject staff, CancellationToken ct)
        {
            var now = clock.GetUtcNow();
            return await db.Trainings.AnyAsync(t => t.EndedAt == null && t.ValidUntil > now, ct);
        }
    }

    private sealed class Unrecorded(IPurposeGuard guard, IVault vault, ITrainingRecords training) : IReveals
    {
        public IReadOnlyList<(Purpose Purpose, string Label)> PurposesOf(Category category) => [];

        public async Task<RevealResult> RunAsync(Subject staff, Subject subject, Purpose purpose, Category category, Sealed value, string reason, CancellationToken ct) =>
            await training.IsTrainedAsync(staff, ct) && await guard.DemandAsync(subject, purpose, [category], ct) is Decision.Allowed yes && await vault.OpenAsync(yes.Capability, category, value, ct) is { } clear
                ? new RevealResult.Shown(clear) : new RevealResult.Refused(RevealRefusal.NotTrained);

        public Task<IReadOnlyList<RevealView>> ListAsync(Subject? staff, int most, CancellationToken ct) => Task.FromResult<IReadOnlyList<RevealView>>([]);
    }
}
