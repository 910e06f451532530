import { Transform } from "assemblyscript/transform";

/** assemblyscript's SourceKind.UserEntry */
const USER_ENTRY = 1;

/**
 * Writes the `as-bind_bindings` custom section that as-bind's loader reads: for each exported function that takes or
 * returns a managed type (typed array, string), the types and their runtime ids. as-bind ships a transform for the
 * compiler line 0.19; this is the same section written from today's compiler. Functions that only take numbers and
 * pointers are left out: they are called raw, without as-bind's wrapper.
 */
export default class AsBindTransform extends Transform {
  afterCompile(module) {
    const typeIds = {};
    const exportedFunctions = {};
    const nameOf = (type) => {
      const cls = type.getClass?.();
      if (!cls) return type.toString();
      typeIds[cls.internalName] = { id: cls.id, byteSize: cls.nextMemoryOffset };
      return cls.internalName;
    };
    for (const file of this.program.filesByName.values()) {
      if (file.source.sourceKind !== USER_ENTRY || !file.exports) continue;
      for (const [name, element] of file.exports) {
        const signature = element.instances?.get("")?.signature;
        if (!signature) continue;
        const returnType = nameOf(signature.returnType);
        const parameters = signature.parameterTypes.map(nameOf);
        if ([returnType, ...parameters].some((type) => type.startsWith("~lib/"))) {
          exportedFunctions[name] = { returnType, parameters };
        }
      }
    }
    const section = JSON.stringify({ typeIds, importedFunctions: {}, exportedFunctions });
    module.addCustomSection("as-bind_bindings", new TextEncoder().encode(section));
  }
}
