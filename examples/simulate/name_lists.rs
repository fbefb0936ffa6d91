//! Names, as plain lists. The order and the weights are our own: common names first, by impression, not by count.

/// Surnames of the British majority, with weights.
pub const BRITISH: &str = "Smith 120,Jones 100,Taylor 76,Williams 74,Brown 72,Davies 56,Evans 50,Wilson 50,Thomas 48,\
Roberts 46,Johnson 45,Walker 43,Wright 42,Thompson 41,Robinson 41,White 40,Hughes 39,Edwards 38,Green 37,Hall 36,Wood 35,\
Harris 34,Lewis 33,Martin 33,Jackson 32,Clarke 32,Clark 30,Turner 30,Hill 30,Cooper 29,Morris 29,Ward 28,Moore 28,\
Harrison 27,King 27,Baker 27,Morgan 26,Allen 26,James 25,Scott 25,Watson 25,Parker 24,Bennett 24,Young 24,Price 23,\
Griffiths 23,Mitchell 22,Cook 22,Bell 22,Davis 21,Shaw 21,Carter 21,Collins 20,Phillips 20,Marshall 20,Bailey 20,\
Richardson 19,Cox 19,Anderson 19,Adams 18,Wilkinson 18,Mills 17,Ellis 17,Foster 17,Powell 16,Webb 16,Chapman 16,Hunt 16,\
Rogers 15,Mason 15,Gibson 15,Stevens 15,Campbell 15,Stewart 15,Pearson 14,Matthews 14,Barnes 14,Fisher 14,Knight 14,\
Lloyd 13,Butler 13,Simpson 13,Holmes 13,Graham 13,Russell 12,Barker 12,Reynolds 12,Palmer 12,Dixon 12,Fletcher 12,\
Jenkins 12,Lowe 11,Ford 11,Hudson 11,Brooks 11,Burton 11,Saunders 10,Grant 10,Pratt 9,Hart 9,Bird 9,Marsh 9,Hopkins 9,\
Gardner 9,Atkins 8,Bates 8,Coleman 8,Nash 8,Cartwright 7,Lamb 7,Steele 7,Frost 7,Bowen 7,Hale 6,Pickering 6,Tomlinson 6,\
Sutton 6,Cross 6,Peacock 5,Wheeler 5,Ashton 5,Bolton 5,Drury 4,Marlow 4,Tindall 3,Quince 1,Veal 1";

/// Surnames of Irish families.
pub const IRISH: &str = "Murphy 30,Kelly 28,O'Brien 22,Ryan 20,Walsh 20,O'Connor 17,Byrne 16,Doyle 15,McCarthy 14,\
Gallagher 14,O'Neill 13,Lynch 12,Doherty 11,Kennedy 11,Quinn 10,Murray 10,Brennan 9,Burke 9,Daly 8,Connolly 8,Nolan 7,\
Donnelly 7,Sweeney 6,Kavanagh 5,Flanagan 5,Duffy 5,McGrath 5,Keane 4,Hogan 4,Cassidy 3,Tierney 3,Mulligan 2,Geraghty 2";

/// Surnames of families with roots in Pakistan and Bangladesh.
pub const PAKISTANI: &str = "Khan 60,Hussain 48,Ahmed 46,Ali 44,Begum 26,Akhtar 22,Mahmood 18,Iqbal 17,Shah 17,Malik 17,\
Miah 15,Rahman 15,Mohammed 14,Bibi 13,Uddin 12,Choudhury 11,Mirza 9,Rashid 9,Aslam 9,Butt 8,Qureshi 8,Chaudhry 8,\
Hassan 8,Islam 7,Anwar 7,Javed 6,Sheikh 6,Kauser 5,Zaman 5,Siddiqui 4,Rafiq 4,Nawaz 4,Yaqoob 3,Sarwar 3,Bashir 3,Latif 2";

/// Surnames of families with roots in India.
pub const INDIAN: &str = "Singh 60,Patel 52,Kaur 40,Sharma 14,Shah 12,Gill 10,Sandhu 9,Dhillon 8,Mistry 8,Desai 7,\
Parmar 7,Chauhan 7,Grewal 6,Sidhu 6,Johal 5,Bains 5,Joshi 5,Mehta 5,Kumar 5,Rai 4,Verma 4,Solanki 4,Lad 3,Bhatt 3,\
Nair 3,Sehmi 2,Rana 2,Uppal 2,Pabla 1";

/// Surnames of Polish families; -ski and -cki take -ska and -cka in a woman's name.
pub const POLISH: &str = "Nowak 16,Kowalski 14,Wisniewski 10,Wojcik 9,Kowalczyk 9,Kaminski 8,Lewandowski 8,Zielinski 7,\
Szymanski 7,Wozniak 6,Dabrowski 6,Kozlowski 6,Jankowski 5,Mazur 5,Krawczyk 5,Piotrowski 4,Grabowski 4,Pawlak 4,Walczak 4,\
Rutkowski 3,Baran 3,Ostrowski 3,Sikora 3,Zawadzki 3,Duda 3,Wrobel 2,Kubiak 2,Sadowski 2,Jasinski 2,Glowacki 1";

/// Surnames of families with roots in West and East Africa.
pub const AFRICAN: &str = "Okafor 9,Mensah 9,Adeyemi 8,Osei 8,Okonkwo 7,Boateng 7,Abubakar 6,Owusu 6,Adebayo 6,Eze 5,\
Asante 5,Balogun 5,Mohamed 8,Ibrahim 7,Abdi 8,Hassan 6,Warsame 4,Moyo 5,Ndlovu 5,Sibanda 4,Ncube 4,Chukwu 4,Nwosu 4,\
Appiah 4,Diallo 3,Kamara 4,Sesay 3,Banda 3,Phiri 3,Tesfaye 3,Bekele 2,Kariuki 2,Wanjiru 2,Ogunleye 2,Agyeman 2";

/// First parts of the rarer British surnames.
pub const RARE_FIRST: &str = "Ash Black Bram Brad Brock Burn Cald Chal Clay Cob Crow Dun Eld Fair Farn Gat Good Green \
Had Hal Ham Hart Hawk Hay Hazel High Hol Holl Horn Kers Kil Lang Led Lin Long Mar Mel Mid Mor Nor North Oak Old Ors Pen \
Pick Rad Raven Red Rock Row Rud Sand Sed Shel Sher Short Stan Stock Swin Thorn Thur Twy Und Wad Wal War Wat Wel West Whit \
Wick Win Wood Wool Wy Yar York";

/// Second parts of the rarer British surnames.
pub const RARE_SECOND: &str = "ley ford wick by well stead bourne combe cott croft dale den don field gate ham hurst \
land low man more ridge shaw son thorpe ton wood worth brook stone";

/// Forenames of older British men.
pub const MEN_OLD: &str = "John David Peter Michael Robert William Alan Brian George Kenneth Roy Derek Raymond Keith \
Dennis Ronald Barry Colin Trevor Malcolm Geoffrey Gordon Norman Frank";
/// Forenames of British men in middle life.
pub const MEN_MIDDLE: &str = "Paul David Andrew Mark Stephen Richard Christopher Simon Ian Anthony Kevin Gary Steven \
Darren Lee Matthew James Jason Neil Craig Stuart Philip Nicholas Jonathan Robert Adrian Carl Wayne Gareth Tony Dean Russell";
/// Forenames of young British men.
pub const MEN_YOUNG: &str = "Jack Thomas James Joshua Daniel Matthew Ryan Liam Luke Callum Connor Jordan Samuel Joseph \
Alexander Adam Benjamin William Harry Lewis Jake Kieran Nathan Bradley Kyle Oliver Charlie George Reece Tyler Ethan Dylan";
/// Forenames of older British women.
pub const WOMEN_OLD: &str = "Margaret Jean Mary Patricia Joan Sheila Barbara Maureen Doreen Brenda Shirley Pauline \
Christine Janet Valerie Sandra June Dorothy Beryl Audrey Marion Irene Eileen Hazel";
/// Forenames of British women in middle life.
pub const WOMEN_MIDDLE: &str = "Susan Julie Karen Jacqueline Deborah Tracey Jane Helen Diane Sharon Nicola Joanne \
Michelle Sarah Lisa Amanda Claire Samantha Elizabeth Alison Caroline Emma Rachel Donna Tina Louise Angela Wendy Dawn Kerry";
/// Forenames of young British women.
pub const WOMEN_YOUNG: &str = "Emily Jessica Chloe Charlotte Lauren Sophie Rebecca Bethany Hannah Megan Georgia Amy \
Ellie Olivia Katie Lucy Holly Jade Abigail Molly Courtney Shannon Leah Paige Ella Grace Natasha Zoe Eleanor Demi Kayleigh";
/// Forenames of Irish men.
pub const IRISH_MEN: &str = "Patrick Sean Michael Liam Conor Declan Brendan Kevin Aidan Eoin Niall Padraig Ciaran Dermot \
Eamonn Finbar Cormac Rory Shane Colm";
/// Forenames of Irish women.
pub const IRISH_WOMEN: &str = "Mary Bridget Siobhan Niamh Aoife Kathleen Sinead Ciara Orla Roisin Deirdre Maeve Grainne \
Nuala Aisling Sheila Nora Eileen Saoirse Fionnuala";
/// Forenames of Muslim men.
pub const MUSLIM_MEN: &str = "Mohammed Muhammad Ali Imran Tariq Asif Bilal Hamza Usman Omar Yusuf Ibrahim Zain Faisal \
Adeel Kamran Nadeem Shahid Waqas Haroon Sajid Khalid Rashid Junaid Abdul Amir Zubair Naveed";
/// Forenames of Muslim women.
pub const MUSLIM_WOMEN: &str = "Fatima Aisha Zainab Maryam Nadia Saima Shazia Farah Sana Rukhsana Nasreen Amina Khadija \
Hafsa Sadia Rabia Yasmin Parveen Samina Noreen Bushra Iqra Mehreen Tahira Shabana Razia";
/// Forenames of Indian men.
pub const INDIAN_MEN: &str = "Harpreet Gurpreet Rajesh Sanjay Amit Jaspal Manjit Balwinder Sukhdev Nitin Hitesh Kiran \
Rakesh Dinesh Vijay Arjun Dipesh Bhavesh Ravi Jagdeep Karan Anil Sunil Amar Mandeep Jaswinder";
/// Forenames of Indian women.
pub const INDIAN_WOMEN: &str = "Manpreet Simran Priya Jasvinder Kulwinder Harjit Anjali Meena Nisha Sunita Rupinder \
Bhavna Hansa Jasmin Kavita Pooja Seema Neha Amandeep Navdeep Rajinder Sangita Usha Deepa";
/// Forenames of Polish men.
pub const POLISH_MEN: &str = "Piotr Krzysztof Andrzej Tomasz Pawel Michal Marcin Jakub Adam Lukasz Marek Grzegorz Mateusz \
Wojciech Kamil Dawid Rafal Robert Mariusz Dariusz";
/// Forenames of Polish women.
pub const POLISH_WOMEN: &str = "Anna Katarzyna Magdalena Agnieszka Joanna Malgorzata Ewa Monika Aleksandra Natalia \
Karolina Dorota Beata Justyna Iwona Weronika Zuzanna Kinga Marta Paulina";
/// Forenames of African men.
pub const AFRICAN_MEN: &str = "Emmanuel Samuel Kwame Chinedu Kofi Daniel Ibrahim Tunde Abdi Joseph Tendai Emeka Yaw Musa \
Oluwaseun Femi Mohamed Blessing Kwabena Ahmed Tapiwa Ikenna Kelvin Segun";
/// Forenames of African women.
pub const AFRICAN_WOMEN: &str = "Grace Blessing Ama Ngozi Amina Esther Abena Faith Chioma Hodan Halima Mercy Adwoa Rutendo \
Funmilayo Yetunde Patience Fadumo Efua Comfort Ifeoma Zainab Akosua Tsitsi";
/// Forenames more usual in Caribbean families.
pub const CARIBBEAN_MEN: &str = "Delroy Winston Leroy Tyrone Marcus Jerome Errol Carlton Desmond Andre Jermaine Curtis \
Dwayne Nathaniel Malachi Leon";
/// Forenames more usual in Caribbean families, women.
pub const CARIBBEAN_WOMEN: &str = "Yvonne Marcia Beverley Sonia Jasmine Monique Chantelle Keisha Shanice Paulette \
Natalie Tanisha Ebony Kadeisha Gloria Simone";

/// Names by which people are known, first the full name.
pub const NICKNAMES: &str = "Robert Bob Rob Bobby,Elizabeth Liz Beth Betty,William Bill Will Billy,Richard Rich Dick Ricky,\
Michael Mike Mick,James Jim Jimmy Jamie,John Jack Johnny,Thomas Tom Tommy,Christopher Chris,Matthew Matt,Andrew Andy,\
Anthony Tony,Nicholas Nick,Stephen Steve,Steven Steve,Daniel Dan Danny,Samuel Sam,Joseph Joe,Benjamin Ben,Alexander Alex,\
David Dave,Margaret Maggie Peggy,Patricia Pat Trish,Katherine Kate,Rebecca Becky,Deborah Debbie,Jacqueline Jackie,\
Christine Chris,Susan Sue,Samantha Sam,Jessica Jess,Charlotte Lottie,Katie Kate,Abigail Abi,Bethany Beth,Kathleen Kath,\
Joshua Josh,Bradley Brad,Jonathan Jon,Philip Phil,Kenneth Ken,Raymond Ray,Ronald Ron,Geoffrey Geoff,Patrick Paddy Pat,\
Mohammed Mo,Muhammad Mo,Ibrahim Ibby,Gurpreet Gary,Harpreet Harry,Jaspal Jas,Manpreet Mani,Krzysztof Kris,Aleksandra Ola,\
Katarzyna Kasia,Malgorzata Gosia,Agnieszka Aga,Emmanuel Manny,Blessing Bless,Oluwaseun Seun,Alison Ali,Natasha Tash,\
Eleanor Ellie,Amanda Mandy,Sandra Sandy,Barbara Babs,Pauline Paula,Nathaniel Nate,Dorothy Dot";
