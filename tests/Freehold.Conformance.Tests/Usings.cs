global using Freehold.Tests;
global using Xunit;

[assembly: AssemblyFixture(typeof(Freehold.Conformance.Tests.Serving.RunningBox))]
