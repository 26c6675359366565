package verdict

// Observed returns what a run of hidden tests reported: the behaviours that it
// passed through, by Test function. An author packs it as the expectation.
func Observed(s Stream) []Expected {
	tests := grow(s.Events).tests()
	if tests == nil {
		return nil
	}
	list := observedParts(tests)
	for i := range list {
		list[i].Test, list[i].Name = list[i].Name, ""
	}
	return list
}

func observedParts(n *node) []Expected {
	var list []Expected
	for _, p := range n.parts {
		list = append(list, Expected{Name: p.name, Parts: observedParts(p)})
	}
	return list
}
