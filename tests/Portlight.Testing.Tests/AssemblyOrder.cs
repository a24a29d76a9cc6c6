// A test that looks at the open files of the process looks at those of the others too.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
