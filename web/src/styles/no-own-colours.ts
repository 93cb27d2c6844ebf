// Stands in for @ctrl/tinycolor, which Element Plus asks only when a button is given a colour of its own.

export class TinyColor {
  constructor(private readonly colour: string) {}
  toString(): string {
    return this.colour;
  }
  isDark(): boolean {
    return false;
  }
  mix(): this {
    return this;
  }
  tint(): this {
    return this;
  }
}
