using System.Collections.Concurrent;

namespace Portlight.Storage.Postgres;

/// <summary>Makes what is enumerated on a thread of its own, a few ahead of the one that takes it.</summary>
internal static class ReadAhead
{
    /// <param name="source">What is enumerated; it is left, and its thread has ended, when the enumeration ends, however that ends.</param>
    /// <param name="most">So many are ready at most.</param>
    public static IEnumerable<T> Of<T>(IEnumerable<T> source, int most)
    {
        using var ready = new BlockingCollection<T>(most);
        using var isLeft = new CancellationTokenSource();
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                foreach (var one in source)
                {
                    ready.Add(one, isLeft.Token);
                }
            }
            catch (Exception problem)
            {
                failure = problem;
            }

            ready.CompleteAdding();
        })
        { Name = "portlight reader", IsBackground = true };
        thread.Start();
        try
        {
            foreach (var one in ready.GetConsumingEnumerable(CancellationToken.None))
            {
                yield return one;
            }
        }
        finally
        {
            isLeft.Cancel();
            thread.Join();
        }

        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }
}
