using System.Collections;
using System.Net;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Server;
using Portlight.AgentStream.Wire;

namespace Portlight.AgentStream.Tests;

/// <summary>An agent is as honest as its machine, and what it writes is shown to others: in logs, in answers, on terminals.</summary>
public sealed class AgentTextTests
{
    private static readonly string Written = "\u001b[2J\n" + new string('x', 100_000);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_text_of_every_message_is_one_line_and_not_long()
    {
        object[] all =
        [
            Reports.Read(Fill(new Status())), FactMessages.Read(Fill(new Facts())), FactMessages.Read(Fill(new Connection())), GuestMessages.Read(Fill(new Guests())),
            VerdictMessages.Read(Fill(new Answer.Types.Verdict())), Reports.Read(new Report { Applied = Fill(new Report.Types.Applied()) }), Reports.Read(new Report { Unfiltered = Written }),
            Reports.Read(new Report { Rejected = new Report.Types.Rejected { Reason = Written } }),
        ];
        foreach (var read in all)
        {
            var texts = Texts(read).Where(text => text.Length > 0).ToList();
            Assert.NotEmpty(texts);
            Assert.All(texts, IsShown);
        }
    }

    [Fact]
    public async Task So_is_every_failure_that_it_tells_and_the_build_that_it_says_it_is()
    {
        var sent = new List<FromServer>();
        var hello = new FromAgent { Hello = new Hello { Version = 1, Kinds = { Kinds.OfAgent }, Release = Written, Status = new Status { Connections = "cut" }, Position = new Position() } };
        var agent = new RemoteAgent(
            "fra-07",
            hello,
            (message, _) =>
            {
                sent.Add(message);
                return Task.CompletedTask;
            },
            Pair.Options,
            new FakeTimeProvider());
        IsShown(agent.Release);

        var question = agent.FindSshSessionsAsync(Cancellation);
        agent.Take(new FromAgent { Answer = new Answer { Id = 1, Failure = Written } });
        IsShown((await Assert.ThrowsAnyAsync<AgentException>(() => question)).Message);

        var round = agent.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation);
        agent.Take(new FromAgent { Done = new Done { Id = sent[^1].Round.Id, Failure = Written, Status = new Status() } });
        IsShown((await Assert.ThrowsAnyAsync<AgentException>(() => round)).Message);

        round = agent.ApplyAsync([], [9], Cancellation);
        agent.Take(new FromAgent { Done = new Done { Id = sent[^1].Round.Id, Position = new Position { Epoch = Written }, Status = new Status() } });
        IsShown(await agent.Ended);
        await Assert.ThrowsAnyAsync<AgentException>(() => round);
    }

    private static void IsShown(string text)
    {
        Assert.Contains("?[2J?", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, char.IsControl);
        Assert.InRange(text.Length, 1, 1_200);
    }

    /// <summary>Writes into every field that takes a text, and into those of every message in it, one of each.</summary>
    private static T Fill<T>(T message)
        where T : IMessage
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            object? value = field.FieldType switch
            {
                FieldType.String => Written,
                FieldType.Bytes => ByteString.CopyFrom(203, 0, 113, 9),
                FieldType.Message => Fill(field.MessageType.Parser.ParseFrom(ByteString.Empty)),
                _ => null,
            };
            if (value is not null && field.IsRepeated)
            {
                ((IList)field.Accessor.GetValue(message)).Add(value);
            }
            else if (value is not null)
            {
                field.Accessor.SetValue(message, value);
            }
        }

        return message;
    }

    private static IEnumerable<string> Texts(object? value) => value switch
    {
        null or IPAddress => [],
        string text => [text],
        IEnumerable list => list.Cast<object?>().SelectMany(Texts),
        _ when value.GetType().Namespace == typeof(AgentStatus).Namespace => value.GetType().GetProperties().SelectMany(property => Texts(property.GetValue(value))),
        _ => [],
    };
}
