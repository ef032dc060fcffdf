// Imported first: gives browsers without explicit resource management (Safari 26, Chrome before 134) the symbol that `using`, as the bundler
// lowers it, looks for.
if (!Object.hasOwn(Symbol, "dispose")) Object.defineProperty(Symbol, "dispose", { value: Symbol.for("Symbol.dispose") });
