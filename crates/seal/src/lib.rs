//! Drawing seals and writing, reading and verifying electronic-seal structures (GB/T 38540, GM/T 0031).
