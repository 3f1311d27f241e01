Console.WriteLine("Standalone");
