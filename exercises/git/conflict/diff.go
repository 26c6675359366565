package conflict

// change replaces the lines from up to, but not including, to by others.
// Either may be none. Between two changes of one list there is at least one
// line that neither touches.
type change struct {
	from, to int
	lines    []string
}

// changes returns what makes new out of old, in order, with as few lines as
// possible: a longest common subsequence stays.
func changes(old, new []string) []change {
	var list []change
	i, j := 0, 0
	for _, p := range append(common(old, new), [2]int{len(old), len(new)}) {
		if i < p[0] || j < p[1] {
			list = append(list, change{i, p[0], new[j:p[1]]})
		}
		i, j = p[0]+1, p[1]+1
	}
	return list
}

// common returns the pairs of indexes of a longest common subsequence.
func common(a, b []string) (pairs [][2]int) {
	length := make([][]int, len(a)+1) // of what is left from i and j on
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if length[i][j] = max(length[i+1][j], length[i][j+1]); a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + 1
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}
