namespace Portlight.Conformance;

/// <summary>A client that this machine does not have is named as not run, with the reason, and takes no other client with it.</summary>
internal static class NotRun
{
    public static void Unless(bool isHere, string reason)
    {
        if (!isHere)
        {
            Assert.Skip("not run: " + reason);
        }
    }
}
