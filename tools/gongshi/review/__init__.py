"""The review room: what stands between a change and the main branch on everybody's own machine."""
