// What pdf.js takes for granted and kernels since Chromium 87 may lack: its own build for older browsers supplies only what is newer still.
// Each is set only where it is missing, and does what ECMA-262 and the DOM standard say for the uses pdf.js makes of it.

function define(target: object, name: string, value: unknown): void {
  if (!(name in target)) Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

export function at(this: ArrayLike<unknown>, index: number): unknown {
  const whole = Math.trunc(index) || 0;
  return this[whole < 0 ? this.length + whole : whole];
}
for (const kind of [Array.prototype, String.prototype, Object.getPrototypeOf(Uint8Array.prototype) as object]) define(kind, "at", at);

define(Array.prototype, "findLast", function (this: unknown[], wanted: (item: unknown, index: number, all: unknown[]) => unknown) {
  for (let index = this.length - 1; index >= 0; index -= 1) if (wanted(this[index], index, this)) return this[index];
  return undefined;
});
define(Object, "hasOwn", (target: object, name: PropertyKey) => Object.prototype.hasOwnProperty.call(target, name));
define(Promise, "withResolvers", function <T>(this: PromiseConstructor) {
  let resolve: (value: T | PromiseLike<T>) => void = () => undefined;
  let reject: (reason?: unknown) => void = () => undefined;
  const promise = new this<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
});
