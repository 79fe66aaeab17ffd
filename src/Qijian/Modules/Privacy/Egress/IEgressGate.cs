using System.Collections.ObjectModel;
using System.Net;

namespace Qijian.Modules.Privacy;

/// <summary>How something leaves the site.</summary>
public enum EgressChannel
{
    /// <summary>A request to a web address.</summary>
    Http,

    /// <summary>A mail.</summary>
    Smtp,

    /// <summary>A short message.</summary>
    Sms,

    /// <summary>A notification on a device.</summary>
    Push,
}

/// <summary>What the body is, and by that how values are escaped in it.</summary>
public enum BodyFormat
{
    /// <summary>application/json; a value stands between quotation marks of the template.</summary>
    Json,

    /// <summary>application/x-www-form-urlencoded.</summary>
    Form,

    /// <summary>text/plain.</summary>
    Text,
}

/// <summary>What somebody outside shall receive. Values stand in <see cref="Fields"/> alone: template and address are words of the program.</summary>
public sealed record EgressCall(Recipient Recipient, Purpose Purpose, Uri Target)
{
    /// <summary>Whose data; null where the call is about nobody.</summary>
    public Subject? Subject { get; init; }

    /// <summary>Which way.</summary>
    public EgressChannel Channel { get; init; }

    /// <summary>The values that leave, as the caller opened them from the vault.</summary>
    public IReadOnlyDictionary<Category, string> Fields { get; init; } = ReadOnlyDictionary<Category, string>.Empty;

    /// <summary>
    /// What is sent, with places such as <c>{{contact.email}}</c> for fields; null only asks the address. Where a field is a JSON object,
    /// <c>{{message.content/code}}</c> is its member.
    /// </summary>
    public string? Body { get; init; }

    /// <summary>Headers that go with it, made from the body as it leaves: a signature, the number of a mail. Words of the program, no field's value.</summary>
    public Func<string?, IReadOnlyDictionary<string, string>>? Headers { get; init; }

    /// <summary>What the body is.</summary>
    public BodyFormat Format { get; init; }
}

/// <summary>
/// The only way out of the site. What the registry does not list does not leave, and every decision is a row before anything is
/// sent. Called outside of transactions: the row must stand whatever becomes of the caller's work.
/// </summary>
public interface IEgressGate
{
    /// <summary>Decides, records and sends; refuses with the reason. Throws only where it is cancelled.</summary>
    Task<EgressResult> SendAsync(EgressCall call, CancellationToken ct);
}

/// <summary>What the gate lets out, and the only connection there is for it.</summary>
public sealed class EgressMessage
{
    private readonly Func<CancellationToken, Task<Stream>> connect;

    internal EgressMessage(EgressCall call, string? body, Func<CancellationToken, Task<Stream>> connect) =>
        (Target, Fields, Format, Body, Headers, this.connect) = (call.Target, call.Fields, call.Format, body, call.Headers?.Invoke(body) ?? ReadOnlyDictionary<string, string>.Empty, connect);

    /// <summary>The address, on the recipient's list.</summary>
    public Uri Target { get; }

    /// <summary>The values, each on the recipient's list.</summary>
    public IReadOnlyDictionary<Category, string> Fields { get; }

    /// <summary>What the body is.</summary>
    public BodyFormat Format { get; }

    /// <summary>The body with its values in place.</summary>
    public string? Body { get; }

    /// <summary>What goes with the body.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>Connects to an address of the target that the gate has checked, whatever its name leads to by now.</summary>
    public Task<Stream> ConnectAsync(CancellationToken ct) => connect(ct);
}

/// <summary>What came of it.</summary>
public abstract record EgressAnswer
{
    private EgressAnswer() { }

    /// <summary>It arrived; the recipient's status and words.</summary>
    public sealed record Delivered(int Status, string Text) : EgressAnswer;

    /// <summary>The recipient names another address, for the body too or without it. The gate decides anew.</summary>
    public sealed record Redirected(Uri To, bool WithBody) : EgressAnswer;

    /// <summary>The answer is longer than is read.</summary>
    public sealed record Oversized : EgressAnswer;

    /// <inheritdoc/>
    public sealed override string ToString() => GetType().Name; // an answer may hold personal data
}

/// <summary>Carries one channel; a module that brings one registers it. Whether anything leaves is never its decision.</summary>
public interface IEgressSender
{
    /// <summary>The channel.</summary>
    EgressChannel Channel { get; }

    /// <summary>Sends over a connection of the message, and follows nothing.</summary>
    Task<EgressAnswer> SendAsync(EgressMessage message, CancellationToken ct);
}

/// <summary>Decides a use by which data goes to a recipient, who may need a yes of his own.</summary>
internal interface IRecipientGuard
{
    ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, Recipient? recipient, IReadOnlyList<Category> categories, CancellationToken ct);
}

/// <summary>The last step before the wire; another one records instead.</summary>
internal interface IEgressNetwork
{
    Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken ct);

    Task<Stream> ConnectAsync(IPEndPoint to, CancellationToken ct);
}

/// <summary>What one call may take, over all its hops.</summary>
internal sealed record EgressLimits
{
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(30);
    public int SentBytes { get; init; } = 1 << 20;
    public int AnswerBytes { get; init; } = 1 << 20;
    public int HeaderKilobytes { get; init; } = 16;
    public int Redirects { get; init; } = 3;
}
