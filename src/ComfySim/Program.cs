Console.WriteLine("ComfySim");
