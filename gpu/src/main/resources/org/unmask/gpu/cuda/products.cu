// Products in the exact order: out[m][n] = fma over ascending k of a[m][k] * w[n][k], beginning with init.
// A block computes 64 columns of TM rows; depth is cut into slices of 16 that pass through shared memory, two at a
// time, which changes no bit.

#define TN 64
#define TK 16

template <int TM>
__device__ __forceinline__ void product_tile(const float* a, const float* w, const float* bias, float* out, int m, int n,
    int k, int accumulate) {
  constexpr int RM = TM / 8;  // 8 by 16 threads, RM rows by 4 columns each
  __shared__ __align__(16) float sa[2][TK][TM + 4];
  __shared__ __align__(16) float sw[2][TK][TN + 4];
  int t = threadIdx.x;
  int m0 = blockIdx.y * TM;
  int n0 = blockIdx.x * TN;
  int tm = t / 16 * RM;
  int tn = t % 16 * 4;
  float acc[RM][4];
#pragma unroll
  for (int i = 0; i < RM; i++) {
#pragma unroll
    for (int j = 0; j < 4; j++) {
      int row = m0 + tm + i;
      int column = n0 + tn + j;
      bool inside = row < m && column < n;
      acc[i][j] = !inside ? 0.0f : accumulate ? out[(i64)row * n + column] : bias ? bias[column] : 0.0f;
    }
  }
  constexpr int LA = TM * TK / 128;
  constexpr int LW = TN * TK / 128;
  float ra[LA];
  float rw[LW];
  auto fetch = [&](int k0) {
#pragma unroll
    for (int i = 0; i < LA; i++) {
      int e = t + i * 128;
      int row = m0 + e / TK;
      int depth = k0 + e % TK;
      ra[i] = row < m && depth < k ? a[(i64)row * k + depth] : 0.0f;
    }
#pragma unroll
    for (int i = 0; i < LW; i++) {
      int e = t + i * 128;
      int row = n0 + e / TK;
      int depth = k0 + e % TK;
      rw[i] = row < n && depth < k ? w[(i64)row * k + depth] : 0.0f;
    }
  };
  auto keep = [&](int b) {
#pragma unroll
    for (int i = 0; i < LA; i++) sa[b][(t + i * 128) % TK][(t + i * 128) / TK] = ra[i];
#pragma unroll
    for (int i = 0; i < LW; i++) sw[b][(t + i * 128) % TK][(t + i * 128) / TK] = rw[i];
  };
  fetch(0);
  keep(0);
  __syncthreads();
  int b = 0;
  for (int k0 = 0; k0 < k; k0 += TK, b ^= 1) {
    bool more = k0 + TK < k;
    if (more) fetch(k0 + TK);
    int depth = min(TK, k - k0);
    if (depth == TK) {
#pragma unroll
      for (int d = 0; d < TK; d++) {
        float x[RM];
        float4 y = *(const float4*)&sw[b][d][tn];
#pragma unroll
        for (int i = 0; i < RM; i += 4) *(float4*)&x[i] = *(const float4*)&sa[b][d][tm + i];
#pragma unroll
        for (int i = 0; i < RM; i++) {
          acc[i][0] = fmaf(x[i], y.x, acc[i][0]);
          acc[i][1] = fmaf(x[i], y.y, acc[i][1]);
          acc[i][2] = fmaf(x[i], y.z, acc[i][2]);
          acc[i][3] = fmaf(x[i], y.w, acc[i][3]);
        }
      }
    } else {
      for (int d = 0; d < depth; d++) {
#pragma unroll
        for (int i = 0; i < RM; i++) {
#pragma unroll
          for (int j = 0; j < 4; j++) acc[i][j] = fmaf(sa[b][d][tm + i], sw[b][d][tn + j], acc[i][j]);
        }
      }
    }
    if (more) keep(b ^ 1);
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < RM; i++) {
#pragma unroll
    for (int j = 0; j < 4; j++) {
      int row = m0 + tm + i;
      int column = n0 + tn + j;
      if (row < m && column < n) out[(i64)row * n + column] = acc[i][j];
    }
  }
}

extern "C" __global__ void __launch_bounds__(128) product_64(const float* a, const float* w, const float* bias,
    float* out, int m, int n, int k, int accumulate) {
  product_tile<64>(a, w, bias, out, m, n, k, accumulate);
}

extern "C" __global__ void __launch_bounds__(128) product_32(const float* a, const float* w, const float* bias,
    float* out, int m, int n, int k, int accumulate) {
  product_tile<32>(a, w, bias, out, m, n, k, accumulate);
}
