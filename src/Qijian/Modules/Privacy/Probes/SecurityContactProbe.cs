using System.Globalization;
using System.Text.RegularExpressions;

namespace Qijian.Modules.Privacy;

/// <summary>G17: security.txt parses, names the operator's contact, and expires within a year, now and as time goes on.</summary>
internal sealed class SecurityContactProbe : IClauseProbe
{
    public string Id => "security.contact";
    public IReadOnlyList<string> Clauses => ["G17"];
    public ProofClass Class => ProofClass.A;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("type", "fields", "contact", "expires-later", "expires-within-a-year");
        for (var quarter = 0; quarter < 5; quarter++)
        {
            var answer = await world.GetAsync(SecurityContact.Path, ct);
            var fields = answer.Body.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith('#')).Select(l => l.Split(": ", 2)).ToLookup(l => l[0].ToLowerInvariant(), l => l.ElementAtOrDefault(1) ?? "", StringComparer.Ordinal);
            proof.That((int)answer.Status == 200 && answer.Header("Content-Type").StartsWith("text/plain", StringComparison.Ordinal), "type")
                .That(fields["contact"].Any() && fields["expires"].Count() == 1, "fields")
                .That(fields["contact"].All(c => c == $"mailto:{ProbeWorld.Contact}"), "contact");
            var now = world.Clock.GetUtcNow();
            var expires = DateTimeOffset.TryParse(fields["expires"].FirstOrDefault(), CultureInfo.InvariantCulture, out var at) ? at : DateTimeOffset.MinValue;
            proof.That(expires > now, "expires-later").That(expires < now.AddYears(1), "expires-within-a-year");
            world.Clock.Advance(TimeSpan.FromDays(91));
        }

        return proof.By("http.get").By("clock").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("too-long", "有效期登记为三年", "Registers a validity of three years") { Text = new("registry/limits.yaml", text => Regex.Replace(text, "(?<=- id: security_txt\n  limit: )P1Y", "P3Y", RegexOptions.None, TimeSpan.FromSeconds(1))) },
        new("stopped-clock", "到期日停在安装那天", "An expiry that stands still") { Services = s => s.AddSingleton<TimeProvider>(new Stopped()) },
    ];

    private sealed class Stopped : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
