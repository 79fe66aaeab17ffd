using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>
/// The gate for a library that brings an HTTP client of its own. Whose an address is says the registry; a host of nobody, or of one with
/// several purposes, is refused. What the library puts into a request is not ours to see through, so a request that can carry anything
/// about a person (a body, a query, credentials) counts as carrying every field that its recipient may get, and needs the person's yes.
/// </summary>
internal sealed class EgressHandler(ProcessingRegistry registry, Scoped<IEgressGate> gates, Scoped<ICurrentSubject> currents) : DelegatingHandler
{
    // Set by the connection, or of the body.
    private static readonly string[] Connection = ["Connection", "Host", "Transfer-Encoding", "Accept-Encoding"];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = request.RequestUri!;
        if (registry.Recipients.Values.Where(r => r.Hosts.Contains(target.IdnHost, StringComparer.OrdinalIgnoreCase)).ToList() is not [{ Purposes: [var purpose] } recipient]) throw Refused(nameof(EgressResult.HostNotListed));
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        if (request.Method != (body is null ? HttpMethod.Get : HttpMethod.Post)) throw Refused(request.Method.Method);
        var blank = body is null && target.Query.Length == 0 && request.Headers.Authorization is null;
        var headers = request.Headers.Where(h => !Connection.Contains(h.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        EgressCall call = new(new(recipient.Id), new(purpose), target) { Body = body, Format = FormatOf(request.Content?.Headers.ContentType), Headers = _ => headers };
        if (!blank)
        {
            await using var current = currents.Open();
            call = call with { Subject = current.Service.Find(), Fields = recipient.Fields.ToDictionary(f => new Category(f), _ => "") };
        }

        await using var gate = gates.Open();
        var result = await gate.Service.SendAsync(call, cancellationToken);
        if (result is not EgressResult.Sent { Status: var status, Answer: var answer }) throw Refused(result.ToString());
        // The gate passes words on and not their kind.
        return new((HttpStatusCode)status) { RequestMessage = request, Content = new StringContent(answer, Encoding.UTF8, answer.AsSpan().TrimStart() is ['{' or '[', ..] ? "application/json" : "text/plain") };
    }

    private static HttpRequestException Refused(string reason) => new($"The gate did not send it: {reason}");

    private static BodyFormat FormatOf(MediaTypeHeaderValue? type) => type?.MediaType switch { "application/x-www-form-urlencoded" => BodyFormat.Form, "application/json" => BodyFormat.Json, _ => BodyFormat.Text };
}
