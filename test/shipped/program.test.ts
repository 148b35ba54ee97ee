await import('./program.ts');
