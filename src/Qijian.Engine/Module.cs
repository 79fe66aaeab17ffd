// Buffers on the stack are written before they are read; what must be zero is cleared where it is used.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
