using Portlight.Domain;
using Portlight.Wire;

namespace Portlight.Lightsail;

/// <summary>What may be done only to instances that Portlight made, and only in some states.</summary>
internal static class CreatedInstances
{
    /// <summary>A machine that was attached has its power button and its addresses elsewhere.</summary>
    public static void RequireCreated(this Instance instance, string operation)
    {
        if (instance.Attachment is Attachment.Interface or Attachment.ThisHost)
        {
            throw new InvalidInputException($"{instance.Name} was attached, not created: {operation} has to be done where the machine is run")
            {
                Tip = "portlight detach takes an attached machine from behind its port set",
            };
        }
    }

    /// <summary>Refuses while the instance is on its way somewhere; how the real service words this is not known.</summary>
    public static void RequireState(this Instance instance, string operation, params ReadOnlySpan<InstanceState> allowed)
    {
        if (!allowed.Contains(instance.State))
        {
            throw new InvalidInputException($"The Instance {instance.Name} is {instance.State.ToWire()}; {operation} is not possible now");
        }
    }
}
