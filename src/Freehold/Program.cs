Console.Error.WriteLine("freehold: no command is built yet");
return 1;
