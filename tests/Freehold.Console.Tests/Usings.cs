global using Freehold.Pages.Tests.Serving;
global using Xunit;
