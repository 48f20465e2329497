package metric

import "math"

// Assign matches rows to columns one to one at the least total cost and returns each row's column, -1 for none.
//
// The matrix may be rectangular: the shorter side is matched completely. Inf and NaN forbid a pair; as many pairs as
// possible are made, and among those matchings the cheapest is taken. Rows must be equally long. O(n²m) time for n <= m.
// The method is successive shortest augmenting paths with potentials (Jonker and Volgenant 1987).
func Assign(cost [][]float64) []int {
	rows := len(cost)
	if rows == 0 {
		return nil
	}
	cols := len(cost[0])
	c := finite(cost)
	if rows > cols {
		return invert(augment(transpose(c, cols)), cost, rows)
	}
	return keepAllowed(augment(c), cost)
}

// finite copies the matrix with forbidden pairs made dearer than any matching without them.
func finite(cost [][]float64) [][]float64 {
	largest := 0.0
	for _, row := range cost {
		for _, v := range row {
			if allowed(v) {
				largest = max(largest, math.Abs(v))
			}
		}
	}
	forbidden := 2*largest*float64(len(cost)+1) + 1
	out := make([][]float64, len(cost))
	for i, row := range cost {
		out[i] = make([]float64, len(row))
		for j, v := range row {
			if !allowed(v) {
				v = forbidden
			}
			out[i][j] = v
		}
	}
	return out
}

func allowed(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }

func transpose(c [][]float64, cols int) [][]float64 {
	out := make([][]float64, cols)
	for j := range out {
		out[j] = make([]float64, len(c))
		for i := range c {
			out[j][i] = c[i][j]
		}
	}
	return out
}

// augment solves a finite matrix with no more rows than columns. Index 0 of the internal arrays is a virtual column
// that holds the row being placed.
func augment(c [][]float64) []int {
	n := len(c)
	if n == 0 {
		return nil
	}
	m := len(c[0])
	u, v := make([]float64, n+1), make([]float64, m+1)
	rowOf, from := make([]int, m+1), make([]int, m+1)
	slack, done := make([]float64, m+1), make([]bool, m+1)
	for i := 1; i <= n; i++ {
		rowOf[0] = i
		for j := range slack {
			slack[j], done[j] = math.Inf(1), false
		}
		j0 := 0
		for rowOf[j0] != 0 {
			done[j0] = true
			i0, j1, delta := rowOf[j0], 0, math.Inf(1)
			row, ui := c[i0-1], u[i0]
			for j := 1; j <= m; j++ {
				if done[j] {
					continue
				}
				if d := row[j-1] - ui - v[j]; d < slack[j] {
					slack[j], from[j] = d, j0
				}
				if slack[j] < delta {
					delta, j1 = slack[j], j
				}
			}
			for j := 0; j <= m; j++ {
				if done[j] {
					u[rowOf[j]] += delta
					v[j] -= delta
				} else {
					slack[j] -= delta
				}
			}
			j0 = j1
		}
		for j0 != 0 {
			j1 := from[j0]
			rowOf[j0] = rowOf[j1]
			j0 = j1
		}
	}
	out := make([]int, n)
	for j := 1; j <= m; j++ {
		if rowOf[j] != 0 {
			out[rowOf[j]-1] = j - 1
		}
	}
	return out
}

func invert(rowOfCol []int, cost [][]float64, rows int) []int {
	out := make([]int, rows)
	for i := range out {
		out[i] = -1
	}
	for j, i := range rowOfCol {
		out[i] = j
	}
	return keepAllowed(out, cost)
}

func keepAllowed(col []int, cost [][]float64) []int {
	for i, j := range col {
		if j >= 0 && !allowed(cost[i][j]) {
			col[i] = -1
		}
	}
	return col
}
