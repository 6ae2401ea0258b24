"""A local Solana chain: the JSON-RPC and WebSocket interface of a cluster over one in-process SVM.

The SVM is LiteSVM, the same runtime validators execute, with signature checks on. What a validator adds around
it (slots, the blockhash window, duplicate detection, commitments, history, persistence) is this package.
"""
