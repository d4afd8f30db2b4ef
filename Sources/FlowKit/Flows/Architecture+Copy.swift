// Copies for workers. Cores that count the references of one object wait for each other, which costs about a tenth of a
// training step; so each worker gets objects of its own where their description is FlowKit's own.

extension Architecture: Trainable {
  /// The same value in objects of its own. Layers of other packages are shared, not copied: what a worker computes must not
  /// depend on how well they code.
  public func copied() -> Architecture {
    Architecture(
      chain: Chain(copying: chain), base: base, preprocessing: preprocessing,
      contextPreprocessing: contextPreprocessing, contextEmbedding: contextEmbedding.map { $0.copied() },
      broad: broad)
  }
}

extension Chain {
  fileprivate init(copying chain: Chain) {
    self.init(chain, layers: chain.layers.map { $0.isBuiltIn ? $0.decodedCopy ?? $0 : $0 })
  }
}

extension ContextEmbedding {
  fileprivate func copied() -> ContextEmbedding {
    guard network.isBuiltIn else { return self }
    do throws(FlowError) {
      return try ContextEmbedding(jsonText: jsonText(), "an embedding")
    } catch {
      return self
    }
  }
}

extension Bijector {
  /// Whether this layer, and all inside it, are of kinds that FlowKit defines.
  fileprivate var isBuiltIn: Bool {
    guard Registry.standard.layers[type(of: self).layerName] == type(of: self) else { return false }
    if let chain = self as? Chain { return chain.layers.allSatisfy(\.isBuiltIn) }
    if let inverted = self as? Inverted { return inverted.base.isBuiltIn }
    return (self as? any NetworkHolder)?.heldNetwork?.isBuiltIn ?? true
  }

  /// What its description decodes to; nil where a part of it is of a kind that is not registered.
  fileprivate var decodedCopy: (any Bijector)? {
    do throws(FlowError) {
      return try EncodedLayer(jsonText: EncodedLayer(layer: self).jsonText(), "a layer").layer
    } catch {
      return nil
    }
  }
}

extension Conditioner {
  fileprivate var isBuiltIn: Bool {
    let (registry, name) = (Registry.standard, Self.networkName)
    return registry.networks[name] == Self.self || registry.orderedNetworks[name] == Self.self
  }
}
