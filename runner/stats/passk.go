package stats

import "fmt"

// PassAtK estimates without bias the chance that at least one of k samples is right, from c right ones among n:
// 1 − C(n−c,k)/C(n,k). Source: Chen et al. 2021, arXiv:2107.03374.
func PassAtK(n, c, k int) (float64, error) {
	if err := checkPass(n, c, k); err != nil {
		return 0, err
	}
	miss := 1.0
	for i := range k {
		miss *= max(0, float64(n-c-i)) / float64(n-i)
	}
	return 1 - miss, nil
}

// PassHatK estimates without bias the chance that all of k samples are right: C(c,k)/C(n,k).
// Source: Yao et al. 2024 (τ-bench), arXiv:2406.12045.
func PassHatK(n, c, k int) (float64, error) {
	if err := checkPass(n, c, k); err != nil {
		return 0, err
	}
	hit := 1.0
	for i := range k {
		hit *= max(0, float64(c-i)) / float64(n-i)
	}
	return hit, nil
}

func checkPass(n, c, k int) error {
	if k < 1 || k > n || c < 0 || c > n {
		return fmt.Errorf("pass over k=%d of n=%d samples with c=%d right: want 1 <= k <= n and 0 <= c <= n", k, n, c)
	}
	return nil
}
